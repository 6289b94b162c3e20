#include "mana/train/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"

namespace mana::train {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class CheckpointTest : public testing::Test {
 protected:
  void write() {
    write_checkpoint(path_, {.model = 1, .options = 2}, "{\"step\": 7}", [this](const VisitState& v) { visit(v); });
  }
  void visit(const VisitState& visit) {
    visit("weights", std::as_writable_bytes(std::span(weights_)));
    visit("nothing", {});
    visit("seen", std::as_writable_bytes(std::span(seen_)));
  }
  auto opening(RunIdentity identity = {.model = 1, .options = 2}) const {
    return [this, identity] { const Checkpoint checkpoint(path_, identity); };
  }
  void put(std::string_view bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "run.checkpoint";
  std::vector<float> weights_ = {1, 2, 3};
  std::vector<std::uint32_t> seen_ = {4, 5};
};

TEST_F(CheckpointTest, GivesBackWhatItWasMadeOf) {
  write();
  weights_ = {0, 0, 0};
  seen_ = {0, 0};
  const Checkpoint checkpoint(path_, {.model = 1, .options = 2});
  EXPECT_EQ(checkpoint.progress(), "{\"step\": 7}");
  checkpoint.restore([this](const VisitState& v) { visit(v); });
  EXPECT_THAT(weights_, testing::ElementsAre(1, 2, 3));
  EXPECT_THAT(seen_, testing::ElementsAre(4, 5));
}

TEST_F(CheckpointTest, BelongsToOneRun) {
  write();
  EXPECT_THAT(opening({.model = 3, .options = 2}),
              ThrowsMessage<FormatError>(HasSubstr("the checkpoint belongs to another model")));
  EXPECT_THAT(opening({.model = 1, .options = 3}),
              ThrowsMessage<FormatError>(HasSubstr("made with other options or other data")));
}

TEST_F(CheckpointTest, NamesTheSettingsThatDiffer) {
  const std::vector<RunSetting> settings = {{"--seed", "0"}, {"--loss", "mnr"}, {"the rows of --data", "5f", false}};
  write_checkpoint(path_, {.model = 1, .options = 2, .settings = settings}, "{}",
                   [this](const VisitState& v) { visit(v); });
  RunIdentity other = {.model = 1, .options = 3, .settings = settings};
  other.settings[0].value = "7";
  other.settings[2].value = "60";
  EXPECT_THAT(opening(other), ThrowsMessage<FormatError>(
                                  HasSubstr("made with other options or other data: `seed` is 7, there it was 0, "
                                            "the rows of `data` are others; use the same")));
  // They decide about the weights of a new model, so that this may differ with them.
  other.model = 3;
  EXPECT_THAT(opening(other), ThrowsMessage<FormatError>(HasSubstr("`seed` is 7, there it was 0")));
  // What is no part of the sum may differ, and is told.
  other = {.model = 1, .options = 2, .settings = settings};
  other.settings[1].value = "cosent";
  EXPECT_EQ(Checkpoint(path_, other).differences(), "`loss` is cosent, there it was mnr");
  EXPECT_EQ(Checkpoint(path_, {.model = 1, .options = 2, .settings = settings}).differences(), "");
}

TEST_F(CheckpointTest, IsReadByTheVersionThatWroteIt) {
  write();
  std::string other = read_file(path_);
  other[8] = 99;  // formats/packed_format.h: Header::version
  put(other);
  EXPECT_THAT(opening(), ThrowsMessage<FormatError>(HasSubstr("the checkpoint is of another version of Mana")));
}

TEST_F(CheckpointTest, SaysWhichPartDoesNotFit) {
  write();
  weights_.push_back(0);
  const Checkpoint checkpoint(path_, {.model = 1, .options = 2});
  EXPECT_THAT([&] { checkpoint.restore([this](const VisitState& v) { visit(v); }); },
              ThrowsMessage<FormatError>(HasSubstr("part 'weights' has another size; start anew without `resume`")));
  EXPECT_THAT([&] { checkpoint.restore([](const VisitState& v) { v("more", {}); }); },
              ThrowsMessage<FormatError>(HasSubstr("part 'more' is missing")));
}

TEST_F(CheckpointTest, IsRefusedWhenAnyOfItsBytesIsAnother) {
  write();
  const std::string bytes = read_file(path_);
  for (std::size_t cut = 0; cut < bytes.size(); cut += 7) {
    put(bytes.substr(0, cut));
    EXPECT_THROW(opening()(), FormatError) << cut;
  }
  // A damaged byte of what it holds: the sums know.
  for (const std::string_view content : {std::string_view("{\"step\": 7}"), std::string_view("\x00\x00\x80\x3f", 4)}) {
    std::string damaged = bytes;
    const std::size_t place = damaged.rfind(content);
    ASSERT_NE(place, std::string::npos);
    damaged[place + 2] = static_cast<char>(damaged[place + 2] ^ 1);
    put(damaged);
    EXPECT_THAT(opening(), ThrowsMessage<FormatError>(HasSubstr(path_.string())));
  }
}

TEST_F(CheckpointTest, ThatCannotBeWrittenIsAnIoError) {
  path_ = folder_ / "none" / "run.checkpoint";
  EXPECT_THROW(write(), IoError);
}

TEST_F(CheckpointTest, ThatIsNotThereIsAnIoError) { EXPECT_THROW(opening()(), IoError); }

}  // namespace
}  // namespace mana::train
