#include "mana/jobs/model_digest.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"

namespace mana::jobs {
namespace {

class ModelDigest : public testing::Test {
 protected:
  ModelDigest() {
    std::filesystem::create_directories(folder_ / "1_Pooling");
    write("model.safetensors", "weights");
    write("config.json", "{}");
    write("1_Pooling/config.json", "{}");
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  std::string digest() const { return digest_of_model(folder_.path()); }

  TemporaryFolder folder_;
};

TEST_F(ModelDigest, DiffersWithEveryFileThatCounts) {
  std::set<std::string> digests = {digest()};
  const auto expect_new = [&] { EXPECT_TRUE(digests.insert(digest()).second); };
  write("model.safetensors", "weighty");
  expect_new();
  write("1_Pooling/config.json", "[]");
  expect_new();
  write("vocab.txt", "");
  expect_new();
  std::filesystem::rename(folder_ / "vocab.txt", folder_ / "merges.txt");
  expect_new();
  write("model.mana", "packed");
  expect_new();
  // The same bytes, otherwise divided.
  write("config.json", "{}a");
  write("merges.txt", "b");
  expect_new();
  write("config.json", "{}");
  write("merges.txt", "ab");
  expect_new();
}

TEST_F(ModelDigest, IsTheSameForTheSameContents) {
  const std::string before = digest();
  EXPECT_EQ(before.size(), 16);
  write("README.md", "a card");
  write("training.jsonl", "{}");
  write("config.json", "{}");  // a new date
  EXPECT_EQ(digest(), before);
  const TemporaryFolder other;
  std::filesystem::copy(folder_.path(), other / "copy", std::filesystem::copy_options::recursive);
  EXPECT_EQ(digest_of_model(other / "copy"), before);
}

TEST_F(ModelDigest, FollowsLinksAndNotInCircles) {
  // As a cache lays models out: links to files, and to folders.
  const TemporaryFolder links;
  std::filesystem::create_symlink(folder_ / "model.safetensors", links / "model.safetensors");
  std::filesystem::create_symlink(folder_ / "config.json", links / "config.json");
  std::filesystem::create_directory_symlink(folder_ / "1_Pooling", links / "1_Pooling");
  EXPECT_EQ(digest_of_model(links.path()), digest());
  std::filesystem::create_directory_symlink(links.path(), links / "circle");
  EXPECT_EQ(digest_of_model(links.path()), digest_of_model(links.path()));
  EXPECT_THROW(digest_of_model(folder_ / "none"), IoError);
}

}  // namespace
}  // namespace mana::jobs
