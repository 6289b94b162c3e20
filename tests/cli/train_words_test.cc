#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "file_size_limit.h"
#include "process.h"
#include "refusal.h"

namespace mana::program {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Lines of words of two matters.
std::string text(int lines = 400) {
  std::string all;
  for (int line = 0; line < lines; ++line) {
    for (int i = 0; i < 9; ++i) all += fmt::format("{}{} ", line % 2 == 0 ? "day" : "night", (line * 7 + i * i) % 23);
    all += "\n";
  }
  return all;
}

class TrainWords : public testing::Test {
 protected:
  TrainWords() { write(folder_ / "text.txt", text()); }

  std::vector<std::string> command(const std::string& output, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"train",    "word2vec",   "--input",      (folder_ / "text.txt").string(),
                                          "--output", path(output), "--dimensions", "12"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  TemporaryFolder folder_;
};

TEST_F(TrainWords, MakesAModelLikeAnyOther) {
  const Outcome trained = run(command("words", {"--json"}));
  ASSERT_EQ(trained.status, 0) << trained.errors;
  EXPECT_THAT(trained.output, AllOf(HasSubstr("\"vocabulary\":46"), HasSubstr("\"positive_pairs\":")));
  const Outcome embedded = run({"embed", "--model", path("words"), "Day1, night2!"});
  EXPECT_EQ(embedded.status, 0) << embedded.errors;
  EXPECT_THAT(embedded.output, HasSubstr("["));
  EXPECT_FALSE(std::filesystem::exists(path("words.checkpoint")));
  expect_refusal(run(command("words")), 1, "is not empty");
  EXPECT_EQ(run(command("words", {"--force"})).status, 0);
}

TEST_F(TrainWords, WritesTheFormatsOfOthersByTheirNames) {
  ASSERT_EQ(run(command("v.txt")).status, 0);
  EXPECT_THAT(read(path("v.txt")), StartsWith("46 12\n"));
  ASSERT_EQ(run(command("v.bin")).status, 0);
  EXPECT_THAT(read(path("v.bin")), StartsWith("46 12\n"));
  ASSERT_EQ(run(command("parts.bin", {"--subwords", "--buckets", "100"})).status, 0);
  EXPECT_THAT(read(path("parts.bin")), StartsWith("\xBA\x16\x4F\x2F"));  // 793712314
}

TEST_F(TrainWords, SaysThatAFolderKeepsNoVectorsOfParts) {
  const Outcome folder = run(command("words", {"--subwords", "--buckets", "100"}));
  EXPECT_EQ(folder.status, 0);
  EXPECT_THAT(folder.errors, HasSubstr("words holds the vectors of whole words alone; a name in .bin keeps those of "
                                       "their parts, too"));
  EXPECT_THAT(run(command("parts.bin", {"--subwords", "--buckets", "100"})).errors,
              Not(HasSubstr("whole words alone")));
}

/// The little-endian number at a byte.
std::int32_t number_at(const std::string& bytes, std::size_t at) {
  std::int32_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

TEST_F(TrainWords, TheFolderSaysHowItWasTrainedSoThatWhatIsMadeOfItDoes) {
  const std::vector<std::string> settings = {"--window", "3", "--negatives", "7", "--epochs", "2", "--min-count", "4"};
  ASSERT_EQ(run(command("words", settings)).status, 0);
  ASSERT_EQ(run({"words", "export", "--model", path("words"), "--format", "fasttext", "--output", path("f")}).status,
            0);
  const std::string file = read(path("f"));
  const std::vector<std::int32_t> expected = {12, 3, 2, 4, 7, 1, 2, 2};  // dimensions, window, …, word n-grams, ns, sg
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(number_at(file, 8 + 4 * i), expected[i]) << i;
  EXPECT_EQ(number_at(file, 76), 3600) << "words of the text";
  EXPECT_EQ(run({"words", "export", "--model", path("words"), "--sif", "1e-3", "--output", path("weighted")}).status,
            0);
  EXPECT_EQ(run({"verify", "--model", path("weighted")}).status, 0);
}

TEST_F(TrainWords, DeterministicIsTheSameForAnyNumberOfThreads) {
  for (const char* threads : {"1", "2", "5"})
    ASSERT_EQ(run(command(fmt::format("{}.bin", threads), {"--deterministic", "--threads", threads})).status, 0);
  EXPECT_EQ(read(path("1.bin")), read(path("2.bin")));
  EXPECT_EQ(read(path("1.bin")), read(path("5.bin")));
  ASSERT_EQ(run(command("s.bin", {"--deterministic", "--seed", "2"})).status, 0);
  EXPECT_NE(read(path("1.bin")), read(path("s.bin")));
}

TEST_F(TrainWords, ReadsStandardInputAndSeveralFiles) {
  write(path("half"), text(200));
  std::string rest = text();
  rest.erase(0, text(200).size());
  write(path("rest"), rest);
  const std::vector<std::string> exact = {"--deterministic"};
  ASSERT_EQ(run(command("file.bin", exact)).status, 0);
  ASSERT_EQ(
      run({"train", "word2vec", "--input", "-", "--output", path("pipe.bin"), "--dimensions", "12", "--deterministic"},
          text())
          .status,
      0);
  ASSERT_EQ(run({"train", "word2vec", "--output", path("two.bin"), "--dimensions", "12", "--deterministic",
                 path("half"), path("rest")})
                .status,
            0);
  EXPECT_EQ(read(path("pipe.bin")), read(path("file.bin")));
  EXPECT_EQ(read(path("two.bin")), read(path("file.bin")));
}

TEST_F(TrainWords, BrokenOffItGoesOnAsIfNothingHadBeen) {
  const std::vector<std::string> exact = {"--deterministic", "--epochs", "1000"};
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string output = fmt::format("{}.bin", signal);
    std::vector<std::string> checkpoints = command(output, exact);
    checkpoints.insert(checkpoints.end(), {"--checkpoint", "0"});
    Process process(checkpoints);
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(path(output + ".checkpoint")); }));
    process.signal(signal);
    const Outcome broken = process.wait();
    ASSERT_EQ(broken.status, 128 + signal) << "it was done too early";
    EXPECT_THAT(broken.errors, HasSubstr("--resume goes on"));
    EXPECT_FALSE(std::filesystem::exists(path(output)));
  }
  ASSERT_EQ(run(command("whole.bin", exact)).status, 0);
  std::vector<std::string> resumed = exact;
  resumed.emplace_back("--resume");
  ASSERT_EQ(run(command(fmt::format("{}.bin", SIGINT), resumed)).status, 0);
  EXPECT_EQ(read(path(fmt::format("{}.bin", SIGINT))), read(path("whole.bin")));
  EXPECT_FALSE(std::filesystem::exists(path(fmt::format("{}.bin.checkpoint", SIGINT))));

  resumed.insert(resumed.end(), {"--window", "3"});
  expect_refusal(run(command(fmt::format("{}.bin", SIGTERM), resumed)), 1, "was written with window 5, not 3");
}

TEST_F(TrainWords, KilledItGoesOnFromItsLastCheckpoint) {
  const std::vector<std::string> exact = {"--deterministic", "--epochs", "1000"};
  std::vector<std::string> checkpoints = exact;
  checkpoints.insert(checkpoints.end(), {"--checkpoint", "0"});
  {
    Process process(command("killed.bin", checkpoints));
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(path("killed.bin.checkpoint")); }));
    process.signal(SIGKILL);
    EXPECT_EQ(process.wait().status, 128 + SIGKILL);
  }
  std::vector<std::string> resumed = exact;
  resumed.emplace_back("--resume");
  ASSERT_EQ(run(command("killed.bin", resumed)).status, 0);
  ASSERT_EQ(run(command("whole.bin", exact)).status, 0);
  EXPECT_EQ(read(path("killed.bin")), read(path("whole.bin")));
}

TEST_F(TrainWords, ResumesNothingOnlyWhereThatMayBe) {
  const Outcome refused = run(command("vektors.bin", {"--resume"}));
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.errors, HasSubstr("there is nothing to resume: "));
  EXPECT_EQ(run(command("vectors.bin", {"--resume-if-any"})).status, 0);
  std::ofstream(path("empty.bin.checkpoint"));
  for (const char* flag : {"--resume", "--resume-if-any"}) {
    EXPECT_THAT(run(command("empty.bin", {flag})).errors,
                HasSubstr(std::string("empty.bin.checkpoint is empty; leave ") + flag + " out to start anew\n"));
  }
}

TEST_F(TrainWords, AFullDiskLosesNothing) {
  const auto wide = [&](const std::string& output, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"train", "word2vec", "--deterministic", "--dimensions", "300", "--input",
                               path("text.txt"), "--output", path(output)});
    return run(more);
  };
  ASSERT_EQ(wide("whole.txt").status, 0);
  {
    const FileSizeLimit limit(30'000);  // the numbers of the words, but nothing else
    for (const char* output : {"small.bin", "small"}) {
      const Outcome full = wide(output);
      EXPECT_EQ(full.status, 1);
      EXPECT_THAT(full.errors, HasSubstr(fmt::format("cannot write {}", path(output))));
      EXPECT_FALSE(std::filesystem::exists(path(output)));
      EXPECT_FALSE(std::filesystem::exists(path(std::string(output) + ".checkpoint")));
    }
  }
  const std::uintmax_t size = std::filesystem::file_size(path("whole.txt"));
  {
    const FileSizeLimit limit(size - 1);  // what a checkpoint needs, in f32
    expect_refusal(wide("later.txt"), 1, "cannot write");
  }
  ASSERT_TRUE(std::filesystem::exists(path("later.txt.checkpoint")));
  ASSERT_EQ(wide("later.txt", {"--resume"}).status, 0);
  EXPECT_EQ(read(path("later.txt")), read(path("whole.txt")));
}

TEST_F(TrainWords, SaysWhatIsWrongInOneSentence) {
  const auto of_text = [&](const std::string& content, std::vector<std::string> more = {}) {
    write(path("bad.txt"), content);
    std::vector<std::string> arguments = {"train", "word2vec", "--input", path("bad.txt"), "--output", path("out")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  };
  expect_refusal(of_text(""), 1, "there is no word in the input");
  expect_refusal(of_text("\xFF\xFF\xC0 \xED\xA0\x80\n"), 1, "there is no word in the input");
  expect_refusal(of_text("one one one one one one"), 1, "one word again and again");
  expect_refusal(of_text("one one one two", {"--min-count", "2"}), 1, "only one of the 2 words");
  expect_refusal(of_text("one two one two", {"--min-count", "1", "--vocabulary", "1"}), 1,
                 "raise --vocabulary (0: all)");
  expect_refusal(of_text("one\ntwo\none\ntwo\n", {"--min-count", "1"}), 1, "no line of the input has two words");
  expect_refusal(of_text(text(), {"--sample", "1e-12"}), 1, "nothing was learnt, since --sample 1e-12");
  expect_refusal(of_text(text(), {"--phrases", "1", "--phrase-threshold", "nan"}), 2,
                 "--phrase-threshold takes a number, not 'nan'");
  expect_refusal(of_text(text(), {"--split", "spaces", "--persian"}), 2, "--persian rewrites them");
  expect_refusal(of_text(text(), {"--split", "spaces", "--phrases", "1"}), 2, "cannot be met again");
  expect_refusal(of_text(text(), {"--min-count", "1000000"}), 1, "lower --min-count");
  expect_refusal(run(command("out", {"--window", "0"})), 2, "the window must be from 1 to 1000, not 0");
  expect_refusal(run(command("out", {"--dimensions", "0"})), 2, "--dimensions");
  expect_refusal(run(command("out", {"--sample", "often"})), 2, "--sample takes a number, not 'often'");
  expect_refusal(run({"train", "word2vec", "--output", path("out")}), 2, "--input is missing");
  expect_refusal(run({"train", "word2vec", "--input", path("none"), "--output", path("out")}), 1, "cannot open");
  expect_refusal(run({"train", "word2vec", "--input", folder_.path().string(), "--output", path("out")}), 1, "folder");
  expect_refusal(run(command("no/such/folder/out.bin")), 1, "no/such/folder");
  expect_refusal(run(Invocation{command("out"), "", {}, {"TMPDIR=/dev/full"}}), 1, "temporary");
  EXPECT_FALSE(std::filesystem::exists(path("out")));
}

TEST_F(TrainWords, BrokenUtf8OnlySeparatesWords) {
  write(path("bad.txt"), text() +
                             "\xFF"
                             "day1\xC3 night2 \xE2\x82\n");
  const Outcome outcome =
      run({"train", "word2vec", "--input", path("bad.txt"), "--output", path("o.txt"), "--dimensions", "4", "--json"});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("\"vocabulary\":46"));
}

TEST_F(TrainWords, ThatDivergeAreNotWritten) {
  std::string few;
  for (int i = 0; i < 300; ++i) few += "the cat sat on the mat and the dog sat on the log\n";
  write(path("few.txt"), few);
  for (const char* output : {"o.vec", "o.bin", "o"}) {
    expect_refusal(run({"train", "word2vec", "--quiet", "--threads", "1", "--input", path("few.txt"), "--output",
                        path(output), "--sample", "0", "--learning-rate", "1"}),
                   1, "the training has diverged after");
    EXPECT_FALSE(std::filesystem::exists(path(output)));
    EXPECT_FALSE(std::filesystem::exists(path(std::string(output) + ".checkpoint")));
  }
}

TEST_F(TrainWords, WhatIsNotMeasuredHasNoNumber) {
  write(path("few.txt"), "a b c d a b c d\n");
  const std::vector<std::string> train = {"train",       "word2vec",    "--input", path("few.txt"), "--output",
                                          path("o.vec"), "--min-count", "1",       "--sample",      "0"};
  EXPECT_THAT(run(train).output, HasSubstr("loss                 not measured\n"));
  std::vector<std::string> json = train;
  json.insert(json.end(), {"--force", "--json"});
  EXPECT_THAT(run(json).output, HasSubstr("\"loss\":null"));
  EXPECT_THAT(run(command("o.bin", {"--json"})).output, testing::Not(HasSubstr("null")));
}

TEST_F(TrainWords, PhrasesAreMetAgainInUse) {
  std::string phrases;
  for (int i = 0; i < 60; ++i)
    phrases += fmt::format("we flew to san francisco on day{} with friend{}\n", i % 9, i % 7);
  for (int i = 0; i < 60; ++i) phrases += fmt::format("we on to with day{} flew friend{} san{}\n", i % 7, i % 9, i % 5);
  write(path("phrases.txt"), phrases);
  ASSERT_EQ(run({"train", "word2vec", "--input", path("phrases.txt"), "--output", path("p"), "--dimensions", "8",
                 "--phrases", "1", "--phrase-threshold", "10", "--deterministic", "--json"})
                .status,
            0);
  const Outcome cut = run({"tokenize", "--model", path("p"), "To San Francisco, san-francisco: san_francisco"});
  ASSERT_EQ(cut.status, 0) << cut.errors;
  std::size_t met = 0;
  for (const std::string& line : lines_of(cut.output)) met += line.find("\tsan_francisco\t") != line.npos ? 1 : 0;
  EXPECT_EQ(met, 3u) << cut.output;
  EXPECT_EQ(run({"words", "nearest", "--model", path("p"), "san_francisco"}).status, 0);
  const Outcome one = run({"embed", "--model", path("p"), "--format", "tsv", "SAN  FRANCISCO"});
  ASSERT_EQ(one.status, 0) << one.errors;
  EXPECT_EQ(one.output, run({"embed", "--model", path("p"), "--format", "tsv", "san_francisco"}).output);
  EXPECT_EQ(run({"verify", "--model", path("p")}).status, 0) << run({"verify", "--model", path("p")}).output;
}

TEST_F(TrainWords, SplitAtSpacesTakesTokensAsTheyAre) {
  std::string items;
  for (int i = 0; i < 20; ++i) items += "user:12 Item_7 C++ 🙂 don't node@3 user:12\n";
  write(path("items.txt"), items);
  const std::vector<std::string> train = {"train",           "word2vec",     "--split", "spaces",  "--input",
                                          path("items.txt"), "--dimensions", "4",       "--output"};
  std::vector<std::string> file = train;
  file.push_back(path("i.vec"));
  ASSERT_EQ(run(file).status, 0);
  EXPECT_THAT(run({"train", "word2vec", "--input", path("items.txt"), "--output", path("cut.vec")}).errors,
              HasSubstr("the text has 20 underscores"));
  EXPECT_THAT(run(command("plain.vec")).errors, testing::Not(HasSubstr("underscores")));
  const std::string vectors = read(path("i.vec"));
  for (const char* word : {"\nuser:12 ", "\nItem_7 ", "\nC++ ", "\n🙂 ", "\ndon't ", "\nnode@3 "})
    EXPECT_THAT(vectors, HasSubstr(word));
  std::vector<std::string> folder = train;
  folder.push_back(path("i"));
  ASSERT_EQ(run(folder).status, 0);
  const Outcome cut = run({"tokenize", "--model", path("i"), "Item_7 🙂 user:12 item_7"});
  EXPECT_THAT(cut.output, AllOf(HasSubstr("\tItem_7\t0-6\n"), HasSubstr("\tuser:12\t"), HasSubstr("\t[UNK]\t")));
  const Outcome exported =
      run({"words", "export", "--model", path("i.vec"), "--output", path("e"), "--split", "spaces"});
  ASSERT_EQ(exported.status, 0) << exported.errors;
  EXPECT_EQ(read(path("e") + "/tokenizer.json"), read(path("i") + "/tokenizer.json"));
}

TEST_F(TrainWords, CaseIsFoldedAlikeInTrainingAndUse) {
  std::string greek;
  for (int i = 0; i < 20; ++i) greek += "ο δρόμος Ο ΔΡΌΜΟΣ straße STRASSE\n";
  write(path("greek.txt"), greek);
  ASSERT_EQ(run({"train", "word2vec", "--input", path("greek.txt"), "--dimensions", "4", "--output", path("g")}).status,
            0);
  for (const char* word : {"δρόμος", "strasse", "straße"}) {
    EXPECT_EQ(run({"words", "nearest", "--model", path("g"), word}).status, 0) << word;
  }
  const auto vector = [&](const char* text) {
    return run({"embed", "--model", path("g"), "--format", "tsv", text}).output;
  };
  EXPECT_EQ(vector("ΔΡΌΜΟΣ"), vector("δρόμος"));
  EXPECT_EQ(vector("Straße"), vector("STRASSE"));
  EXPECT_NE(vector("Straße"), vector("ο"));
}

}  // namespace
}  // namespace mana::program
