#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include "file_size_limit.h"
#include "process.h"
#include "refusal.h"

namespace mana::program {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// Lines of many different words.
std::string text(unsigned lines = 300) {
  std::string all;
  for (unsigned line = 0; line < lines; ++line) {
    for (unsigned i = 0; i < 9; ++i) {
      std::string word;
      for (unsigned n = line * 7919 + i * 104'729; n > 0; n /= 17) word += static_cast<char>('a' + n % 17);
      all += word + " ";
    }
    all += "\n";
  }
  return all;
}

class TrainTokenizer : public testing::Test {
 protected:
  TrainTokenizer() { write(folder_ / "text.txt", text()); }

  std::vector<std::string> command(const std::string& output, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"train",    "tokenizer",  "--vocabulary",  "400",
                                          "--output", path(output), path("text.txt")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  void expect_refusal(const Outcome& outcome, int status, const std::string& sentence) const {
    program::expect_refusal(outcome, status, sentence);
    EXPECT_FALSE(std::filesystem::exists(path("refused")));
  }

  TemporaryFolder folder_;
};

TEST_F(TrainTokenizer, SaysWhichLinesItLeavesOut) {
  std::string one;
  for (const char c : text(100)) one += c == '\n' ? ' ' : c;
  write(path("long.txt"), one + "\n");
  const Outcome trained = run(command("bpe", {path("long.txt"), "--type", "bpe", "--json"}));
  ASSERT_EQ(trained.status, 0) << trained.errors;
  EXPECT_THAT(trained.output, HasSubstr("\"lines\":301,\"lines_left_out\":1"));
  EXPECT_THAT(
      trained.errors,
      HasSubstr("1 of 301 lines were left out: longer than 4192 bytes, unless --max-line says more, or with U+2585"));
  EXPECT_THAT(run(command("all", {path("long.txt"), "--type", "bpe", "--max-line", "100000"})).errors, IsEmpty());
  expect_refusal(run({"train", "tokenizer", "--type", "unigram", "--output", path("refused"), path("long.txt")}), 1,
                 "all lines of the input are longer than the 4192 bytes of --max-line");
}

TEST_F(TrainTokenizer, MakesATokenizerLikeAnyOther) {
  const Outcome trained = run(command("bert", {"--json"}));
  ASSERT_EQ(trained.status, 0) << trained.errors;
  EXPECT_THAT(trained.output, AllOf(HasSubstr("\"vocabulary\":400"), HasSubstr("\"lines\":300")));
  EXPECT_EQ(lines_of(read(path("bert/vocab.txt"))).size(), 400u);
  for (const char* type : {"byte-bpe", "bpe", "unigram"}) ASSERT_EQ(run(command(type, {"--type", type})).status, 0);
  for (const char* model : {"bert", "byte-bpe", "bpe", "unigram"}) {
    const Outcome tokens = run({"tokenize", "--model", path(model), "abc, def"});
    EXPECT_EQ(tokens.status, 0) << tokens.errors;
    EXPECT_THAT(tokens.output, HasSubstr("a"));
  }
  EXPECT_EQ(run(command("bert")).status, 1);
  EXPECT_EQ(run(command("bert", {"--force"})).status, 0);
  write(path("bert/notes.txt"), "mine");
  expect_refusal(run(command("bert", {"--force"})), 1, "notes.txt");
}

TEST_F(TrainTokenizer, IsTheSameForAnyNumberOfThreadsAndFiles) {
  write(path("half"), text(150));
  write(path("rest"), text().substr(text(150).size()));
  for (const char* type : {"wordpiece", "byte-bpe", "bpe", "unigram"}) {
    const std::string one = fmt::format("{}1", type), five = fmt::format("{}5", type);
    ASSERT_EQ(run(command(one, {"--type", type, "--threads", "1"})).status, 0);
    ASSERT_EQ(run({"train", "tokenizer", "--vocabulary", "400", "--type", type, "--threads", "5", "--output",
                   path(five), path("half"), "-"},
                  read(path("rest")))
                  .status,
              0);
    EXPECT_EQ(read(path(one + "/tokenizer.json")), read(path(five + "/tokenizer.json"))) << type;
  }
}

TEST_F(TrainTokenizer, FoldsWhatItIsToldTo) {
  write(path("fa.txt"), "\u0643\u062A\u0627\u0628 \u06A9\u062A\u0627\u0628 \u0661\u06F2 A b\n");
  ASSERT_EQ(run({"train", "tokenizer", "--vocabulary", "20", "--min-frequency", "1", "--persian", "--lowercase",
                 "--special", "[unused0],<x>", "--output", path("fa"), path("fa.txt")})
                .status,
            0);
  const std::string pieces = read(path("fa/vocab.txt"));
  EXPECT_THAT(pieces, AllOf(StartsWith("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n[unused0]\n<x>\n1\n2\na\nb\n"),
                            HasSubstr("\u06A9"), Not(HasSubstr("\u0643"))));
}

TEST_F(TrainTokenizer, RefusesWhatCannotBe) {
  write(path("empty.txt"), "");
  const auto refused = [&](std::vector<std::string> more, const std::string& file = "text.txt") {
    more.insert(more.begin(), {"train", "tokenizer", "--output", path("refused"), path(file)});
    return run(more);
  };
  expect_refusal(refused({}, "empty.txt"), 1, "no word in the input");
  expect_refusal(refused({}, "missing.txt"), 1, "missing.txt");
  expect_refusal(refused({"--vocabulary", "1000000"}), 2, "--vocabulary is 1000000, and the text has no more than");
  expect_refusal(refused({"--vocabulary", "20"}), 2, "letters of the text alone are");
  expect_refusal(refused({"--special", "<x>,<x>"}), 2, "<x> is twice");
  expect_refusal(refused({"--vocabulary", "0"}), 2, "--vocabulary");
  expect_refusal(refused({"--type", "byte-bpe", "--coverage", "0.9"}), 2, "--coverage belongs to");
  expect_refusal(refused({"--prefix-space"}), 2, "--prefix-space belongs to --type byte-bpe");
  expect_refusal(refused({"--type", "wordpiece", "--byte-fallback"}), 2, "belongs to --type bpe and unigram");
  EXPECT_EQ(refused({"--type", "unigram", "--vocabulary", "1000000"}).status, 1);
  EXPECT_EQ(refused({"--type", "bpe", "--vocabulary", "4"}).status, 1);
  expect_refusal(run({"train", "tokenizer", "--output", path("refused")}), 2, "is missing");
}

TEST_F(TrainTokenizer, TextThatIsNotUtf8IsReadAndTold) {
  write(path("text.txt"), text() + "caf\xE9\n");
  const Outcome trained = run(command("repaired"));
  EXPECT_EQ(trained.status, 0);
  EXPECT_THAT(trained.errors, HasSubstr("text.txt"));
}

TEST_F(TrainTokenizer, KilledOrWithoutRoomItLeavesNothingHalf) {
  {
    const FileSizeLimit limit(2'000);
    const Outcome full = run(command("small"));
    EXPECT_EQ(full.status, 1);
    EXPECT_THAT(full.errors, HasSubstr("cannot write"));
  }
  EXPECT_FALSE(std::filesystem::exists(path("small")));
  write(path("long.txt"), text(60'000));
  {
    Process process({"train", "tokenizer", "--vocabulary", "30000", "--output", path("small"), path("long.txt")});
    process.signal(SIGKILL);
    process.wait();
  }
  EXPECT_FALSE(std::filesystem::exists(path("small")));
  ASSERT_EQ(run(command("small")).status, 0);
  ASSERT_EQ(run(command("again")).status, 0);
  EXPECT_EQ(read(path("small/tokenizer.json")), read(path("again/tokenizer.json")));
}

}  // namespace
}  // namespace mana::program
