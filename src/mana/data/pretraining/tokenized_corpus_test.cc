#include "mana/data/pretraining/tokenized_corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/data/pretraining/sentence_tokens.h"
#include "mana/data/pretraining/small_corpus.h"

namespace mana::data {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// Documents of sentences of known and unknown words.
std::string random_text(std::size_t documents, std::uint64_t seed = 3) {
  Random random(seed);
  std::string text;
  for (std::size_t i = 0; i < documents; ++i) {
    for (std::uint32_t sentence = 1 + random.below(30); sentence > 0; --sentence) {
      for (std::uint32_t word = 1 + random.below(20); word > 0; --word)
        text += "w" + std::to_string(random.below(450)) + " ";
      text.back() = '.';
      text += random.below(4) == 0 ? "\n" : " W1 ";
    }
    text += "\n\n";
  }
  return text;
}

class CorpusTokens : public testing::Test {
 protected:
  CorpusTokens() { write(random_text(300)); }

  void write(const std::string& text) const { std::ofstream(folder_ / "text.txt") << text; }
  TokenizedCorpus tokens(OtherTokens other = OtherTokens::rewrite) {
    return tokenized_corpus(path_, corpus_, tokenizer_, team_, other);
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "run.tokens";
  Corpus corpus_{.inputs = {folder_ / "text.txt"}};
  text::Tokenizer tokenizer_ = word_tokenizer();
  Team team_{1};
};

std::vector<std::int32_t> all_of(const TokenFile& file) {
  std::vector<std::int32_t> tokens(file.tokens());
  file.copy(0, tokens);
  return tokens;
}

TEST_F(CorpusTokens, AreThoseOfTheSentences) {
  write("W1 w2e3. Dr. W2! W3\n\n...\n\nw399e94\n");
  const TokenFile file = tokens().file;
  EXPECT_EQ(file.documents(), 3u);
  EXPECT_EQ(std::vector(file.document_bounds().begin(), file.document_bounds().end()),
            (std::vector<std::uint64_t>{0, 3, 4, 5}));
  std::vector<std::int32_t> expected;
  for (const char* sentence : {"W1 w2e3.", "Dr. W2!", "W3", "...", "w399e94"}) {
    tokenizer_.append(sentence, {.special_tokens = false}, expected);
  }
  EXPECT_EQ(all_of(file), expected);
}

TEST_F(CorpusTokens, AreTheSameForAnyNumberOfThreads) {
  write(random_text(20'000));
  tokens();
  const std::string one = read_file(path_);
  EXPECT_GT(one.size(), 5'000'000u);
  for (const unsigned threads : {2, 3, 5}) {
    Team team(threads);
    std::filesystem::remove(path_);
    tokenized_corpus(path_, corpus_, tokenizer_, team);
    EXPECT_TRUE(read_file(path_) == one) << threads;
  }
}

TEST_F(CorpusTokens, StayWhereTextAndTokenizerStay) {
  EXPECT_TRUE(tokens().written);
  const auto time = std::filesystem::last_write_time(path_);
  const TokenizedCorpus again = tokens(OtherTokens::refuse);
  EXPECT_FALSE(again.written);
  EXPECT_EQ(std::filesystem::last_write_time(path_), time);
}

TEST_F(CorpusTokens, OfAnotherTextAreMadeAnewOrRefused) {
  tokens();
  write(random_text(301));
  EXPECT_THAT([&] { tokens(OtherTokens::refuse); }, ThrowsMessage<ArgumentError>(HasSubstr("of another text")));
  const TokenizedCorpus anew = tokens();
  EXPECT_TRUE(anew.written);
  EXPECT_THAT(anew.reason, HasSubstr("of another text"));
  corpus_.abbreviations = false;
  EXPECT_THAT([&] { tokens(OtherTokens::refuse); }, ThrowsMessage<ArgumentError>(HasSubstr("read otherwise")));
  EXPECT_FALSE((corpus_.abbreviations = true, tokens().written));
}

TEST_F(CorpusTokens, OfAnotherTokenizerAreMadeAnewOrRefused) {
  tokens();
  const text::Tokenizer other = word_tokenizer(false);
  const auto with_other = [&](OtherTokens rule) { return tokenized_corpus(path_, corpus_, other, team_, rule); };
  EXPECT_THAT([&] { with_other(OtherTokens::refuse); },
              ThrowsMessage<ArgumentError>(HasSubstr("made with another tokenizer")));
  EXPECT_THAT(with_other(OtherTokens::rewrite).reason, HasSubstr("made with another tokenizer"));
}

TEST_F(CorpusTokens, OfAnotherVersionAreMadeAnew) {
  tokens();
  std::string bytes = read_file(path_);
  bytes[8] = 0;
  std::ofstream(path_) << bytes;
  EXPECT_THAT([&] { tokens(OtherTokens::refuse); }, ThrowsMessage<ArgumentError>(HasSubstr("version 0")));
  EXPECT_THAT(tokens().reason, HasSubstr("version 0"));
}

TEST_F(CorpusTokens, ThatAreDamagedOrNoneAreRefusedAndStay) {
  std::ofstream(path_) << "My notes, which nobody may overwrite.";
  EXPECT_THAT([&] { tokens(); }, ThrowsMessage<FormatError>(HasSubstr("no token file")));
  EXPECT_EQ(read_file(path_), "My notes, which nobody may overwrite.");
  std::filesystem::remove(path_);
  tokens();
  std::string bytes = read_file(path_);
  bytes[bytes.size() / 2] ^= 1;
  std::ofstream(path_) << bytes;
  EXPECT_THAT([&] { tokens(); }, ThrowsMessage<FormatError>(HasSubstr("is damaged")));
  EXPECT_EQ(read_file(path_), bytes);
}

TEST_F(CorpusTokens, OfNothingAreRefused) {
  write(" \n\n \n");
  EXPECT_THAT([&] { tokens(); }, ThrowsMessage<ArgumentError>(HasSubstr("there is no text in")));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(CorpusTokens, AreNeverHalfThereHoweverTheirMakingEnds) {
  write(random_text(20'000));
  const auto files = [&] {
    return std::distance(std::filesystem::directory_iterator(folder_.path()), std::filesystem::directory_iterator());
  };
  const auto before = files();
  // Killed.
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Team team(1);
    tokenized_corpus(path_, corpus_, tokenizer_, team, OtherTokens::rewrite,
                     [](std::uint64_t bytes) { bytes > 3'000'000 ? ::kill(::getpid(), SIGKILL) : 0; });
    ::_exit(1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(std::filesystem::exists(path_));
  // Cancelled; what the killed one left is gone, too.
  std::stop_source stop;
  EXPECT_THROW(tokenized_corpus(
                   path_, corpus_, tokenizer_, team_, OtherTokens::rewrite, [&](std::uint64_t) { stop.request_stop(); },
                   stop.get_token()),
               Cancelled);
  EXPECT_EQ(files(), before);
  // A limit on the size of files stands for the full disk: the write fails in the middle in the same way.
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit tight{.rlim_cur = 1'000'000, .rlim_max = limit.rlim_max};
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  EXPECT_THAT([&] { tokens(); }, ThrowsMessage<IoError>(HasSubstr("cannot write")));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(files(), before);
  EXPECT_TRUE(tokens().written);
}

TEST(SentenceTokens, TakeTheSpaceBeforeThem) {
  // Words of which each has the space before it, as "▁". Spaces at the end of a line are no word's.
  const text::Tokenizer tokenizer =
      text::TestFolder{
          {"tokenizer.json",
           R"({"model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "Up.": 1, "▁He.": 2, "It.": 3}},
           "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}})"}}
          .load();
  text::SequentialTokenizer sequential(tokenizer);
  SentenceTokens sentences;
  add_sentences("Up. He. \nIt.\n\nUp.\xFF", text::SentenceRules::tailored, sequential, sentences);
  EXPECT_EQ(sentences.lengths, (std::vector<std::uint32_t>(5, 1)));
  EXPECT_EQ(sentences.ids, (std::vector<text::TokenId>{1, 2, 3, 1, 0}));
}

}  // namespace
}  // namespace mana::data
