#include "mana/hub/hugging_face_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mana/base/errors.h"
#include "mana/hub/store.h"
#include "mana/hub/test_hub.h"

namespace mana::hub {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

const std::string kCommit(40, 'a');

/// A cache with the folder of one repository, as huggingface_hub makes it.
class CacheTest : public testing::Test {
 protected:
  fs::path add(const std::string& name, const std::string& commit = kCommit) {
    const fs::path repository = folder_.path() / name, snapshot = repository / "snapshots" / commit;
    write_text(repository / "blobs" / "b1", "{}");
    write_text(repository / "refs" / "main", commit);
    fs::create_directories(snapshot);
    fs::create_symlink("../../blobs/b1", snapshot / "config.json");
    return snapshot;
  }
  HuggingFaceCache cache() const { return HuggingFaceCache(folder_.path()); }

  TemporaryFolder folder_;
};

TEST_F(CacheTest, FindsTheSnapshotOfMain) {
  const fs::path snapshot = add("models--o--base");
  add("models--bert-tiny");
  add("datasets--o--texts");
  EXPECT_EQ(cache().find("o/base"), snapshot);
  EXPECT_EQ(cache().find("base"), snapshot);
  EXPECT_TRUE(cache().find("bert-tiny"));
  EXPECT_FALSE(cache().find("texts"));
  EXPECT_FALSE(cache().find("o/other"));
  EXPECT_FALSE(cache().find("../o/base"));
  EXPECT_THAT(cache().names(), ElementsAre("bert-tiny", "o/base"));
  EXPECT_FALSE(HuggingFaceCache("").find("o/base"));
  add("models--p--base");
  EXPECT_THAT([&] { cache().find("base"); }, ThrowsMessage<ArgumentError>(HasSubstr("choose one of o/base, p/base")));
}

TEST_F(CacheTest, APartOfAModelIsNone) {
  const fs::path snapshot = add("models--o--base");
  fs::remove(snapshot / "config.json");
  EXPECT_FALSE(cache().find("o/base"));
  add("models--o--other");
  fs::remove(folder_.path() / "models--o--other" / "refs" / "main");
  EXPECT_FALSE(cache().find("o/other"));
}

TEST_F(CacheTest, ARepositorysFolderIsItsSnapshot) {
  const fs::path snapshot = add("models--o--base"), repository = folder_.path() / "models--o--base";
  EXPECT_EQ(model_folder(repository), snapshot);
  EXPECT_EQ(model_folder(snapshot), snapshot);
  EXPECT_EQ(model_folder("no such folder"), "no such folder");
  EXPECT_EQ(Store(folder_.path() / "store").resolve(repository.string()), snapshot);
  write_text(repository / "refs" / "main", std::string(40, 'b'));
  EXPECT_THAT([&] { model_folder(repository); },
              ThrowsMessage<ArgumentError>(HasSubstr("which is not there: give one that is: " + snapshot.string())));
  write_text(repository / "refs" / "main", "../../../etc");
  EXPECT_THROW(model_folder(repository), ArgumentError);
  fs::remove(repository / "refs" / "main");
  EXPECT_THAT([&] { model_folder(repository); }, ThrowsMessage<ArgumentError>(HasSubstr("names no snapshot")));
}

TEST_F(CacheTest, ALinkToNothingIsAnError) {
  const fs::path snapshot = add("models--o--base");
  fs::remove(folder_.path() / "models--o--base" / "blobs" / "b1");
  EXPECT_THAT([&] { cache().find("o/base"); },
              ThrowsMessage<IoError>(HasSubstr("config.json is a link to ../../blobs/b1, which is not there")));
}

}  // namespace
}  // namespace mana::hub
