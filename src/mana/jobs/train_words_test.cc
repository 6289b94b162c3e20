#include "mana/jobs/train_words.h"

#include <gmock/gmock.h>

#include <fstream>
#include <stop_token>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/jobs/option_error.h"

namespace mana::jobs {
namespace {

using testing::ThrowsMessage;

class TrainWords : public testing::Test {
 protected:
  TrainWords() {
    std::ofstream corpus(folder_.path() / "corpus.txt");
    for (int line = 0; line < 4000; ++line) corpus << "the small cat " << line % 7 << " sees the large dog\n";
  }
  TrainWordsOptions options(const char* output) const {
    TrainWordsOptions wanted;
    wanted.inputs = {folder_.path() / "corpus.txt"};
    wanted.output = folder_.path() / output;
    wanted.training.dimensions = 8;
    wanted.training.sample = 0;
    wanted.training.threads = 1;
    wanted.training.deterministic = true;
    return wanted;
  }
  TemporaryFolder folder_;
};

TEST_F(TrainWords, StoppedAndGoneOnWithComesToTheSameVectors) {
  const TrainWordsResult whole = train_words(options("whole.vec"));
  EXPECT_GT(whole.positive_pairs, 0U);

  TrainWordsOptions parts = options("parts.vec");
  TrainWordsEvents events;
  events.read = [&](const word2vec::Corpus& corpus) { EXPECT_EQ(corpus.words_read(), whole.words_read); };
  std::stop_source later;
  events.trained = [&](std::uint64_t, std::optional<double>) { later.request_stop(); };
  EXPECT_THROW(train_words(parts, events, later.get_token()), Cancelled);
  EXPECT_TRUE(file_exists(parts.checkpoint()));
  parts.resume = true;
  train_words(parts);
  EXPECT_FALSE(file_exists(parts.checkpoint()));
  EXPECT_EQ(read_file(parts.output), read_file(folder_.path() / "whole.vec"));
}

TEST_F(TrainWords, OneAtATimeWritesAnOutput) {
  TrainWordsOptions first = options("one.vec"), second = options("one.vec");
  second.training.seed = 9;
  TrainWordsEvents events;
  bool refused = false;
  events.read = [&](const word2vec::Corpus&) {
    EXPECT_THROW(train_words(second), IoError);
    refused = true;
  };
  train_words(first, events);
  EXPECT_TRUE(refused);
  train_words(options("alone.vec"));
  EXPECT_EQ(read_file(first.output), read_file(folder_.path() / "alone.vec"));
  EXPECT_FALSE(file_exists(folder_.path() / "one.vec.mana.lock"));
}

TEST_F(TrainWords, TakesNoFileForACheckpointThatIsNone) {
  std::ofstream(options("w.vec").checkpoint()) << "mine";
  EXPECT_THROW(train_words(options("w.vec")), ArgumentError);
  EXPECT_EQ(read_file(options("w.vec").checkpoint()), "mine");
}

TEST_F(TrainWords, RefusesWhatDoesNotGoTogetherByItsName) {
  TrainWordsOptions wanted = options("folder");
  wanted.corpus.segmentation.split = text::WordSegmentation::Split::spaces;
  wanted.corpus.segmentation.persian = true;
  EXPECT_THAT([&] { check(wanted); }, ThrowsMessage<OptionError>(testing::HasSubstr("and `persian` rewrites them")));
  wanted.inputs.clear();
  EXPECT_THAT([&] { check(wanted); }, ThrowsMessage<OptionError>(testing::HasSubstr("`inputs` is missing")));
}

}  // namespace
}  // namespace mana::jobs
