// What signals do: the first one stops the work in order, whatever it waits for; signals that come together are one.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "process.h"

namespace mana::program {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr int kTerminated = 128 + SIGTERM;

std::filesystem::path pipe_in(const TemporaryFolder& folder) {
  EXPECT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  return folder / "pipe";
}

TEST(Interruption, EndsWhatWaitsForAPipe) {
  const std::string model = small_model().string();
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"embed", "--model", model, "--input", "PIPE", "--quiet"},
           {"embed", "--model", model, "--input", "PIPE", "--output", "FOLDER/v.npy"},
           {"embed", "--model", model, "x", "--output", "PIPE"},
           {"tokenize", "--model", model, "--input", "PIPE"},
           {"eval", "sts", "--model", model, "--data", "PIPE"},
           {"train", "word2vec", "--input", "PIPE", "--output", "FOLDER/words.vec"},
           {"train", "sentence", "--model", model, "--data", "PIPE", "--output", "FOLDER/model"}}) {
    SCOPED_TRACE(command[0] + " " + command[1]);
    const TemporaryFolder folder;
    const std::string pipe = pipe_in(folder).string();
    std::vector<std::string> arguments = command;
    for (std::string& each : arguments) {
      if (each == "PIPE") each = pipe;
      if (each.starts_with("FOLDER/")) each = (folder / each.substr(7)).string();
    }
    Process process(arguments);
    ASSERT_TRUE(eventually([&] { return process.blocks(SIGTERM); }));
    std::this_thread::sleep_for(milliseconds(50));
    process.signal(SIGTERM);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(process.wait().status, kTerminated);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  }
}

TEST(Interruption, EndsWhatWritesToAPipeThatNobodyReads) {
  const TemporaryFolder folder;
  const std::filesystem::path pipe = pipe_in(folder);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  std::string texts;
  for (int i = 0; i < 3000; ++i) texts += fmt::format("the cat {}\n", i);
  write(folder / "texts", texts);
  Process process({"embed", "--model", small_model().string(), "--quiet", "--input", (folder / "texts").string(),
                   "--output", pipe.string()});
  ASSERT_TRUE(eventually([&] { return process.blocks(SIGTERM); }));
  std::this_thread::sleep_for(milliseconds(500));  // the pipe is full
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait().status, kTerminated);
  ::close(reader);
}

/// An embed of endless texts with a file of its own.
std::vector<std::string> embed_to(const std::filesystem::path& output) {
  return {"embed", "--model", small_model().string(), "--output", output.string()};
}

TEST(Interruption, BySignalsInQuickSuccessionIsOne) {
  const TemporaryFolder folder;
  Process process(embed_to(folder / "v.jsonl"));
  for (int i = 0; i < 2000; ++i) process.write("the cat\n");
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(folder / "v.jsonl.partial"); }));
  for (const int signal : {SIGTERM, SIGINT, SIGTERM, SIGHUP}) process.signal(signal);
  const Outcome outcome = process.wait();
  EXPECT_THAT(outcome.status, testing::AnyOf(kTerminated, 128 + SIGINT, 128 + SIGHUP));
  EXPECT_THAT(outcome.errors, testing::StartsWith("mana: interrupted"));
}

TEST(Interruption, OfATerminalThatIsClosedIsOne) {
  const TemporaryFolder folder;
  Process process(embed_to(folder / "v.jsonl"));
  for (int i = 0; i < 2000; ++i) process.write("the cat\n");
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(folder / "v.jsonl.partial"); }));
  process.signal(SIGHUP);
  const Outcome outcome = process.wait();
  EXPECT_EQ(outcome.status, 128 + SIGHUP);
  EXPECT_THAT(outcome.errors, testing::StartsWith("mana: interrupted"));
}

TEST(Signals, ThatAreIgnoredStayIgnored) {
  const Outcome outcome = shell(
      "trap '' HUP INT; mkfifo pipe\n"
      "$MANA embed --model $MODEL --quiet --input pipe --truncate-dim 2 & mana=$!\n"
      "exec 3>pipe; sleep 0.3; kill -HUP $mana; kill -INT $mana; sleep 0.3; echo text >&3; exec 3>&-; wait $mana");
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_EQ(lines_of(outcome.output).size(), 1);
}

TEST(Signals, OfAClosedPipeForNotesDoNotEndTheWork) {
  const Outcome outcome = shell(
      "for i in 1 2 3 4 5 6 7 8; do printf '%s\\t%s\\n' \"the cat $i\" \"a dog $i\"; done >rows; \n"
      "(printf 'anchor\\tpositive\\n'; cat rows) >rows.tsv\n"
      "{ sleep 0.2; $MANA train sentence --model $MODEL --data rows.tsv --batch 4 --output model 2>&1; echo $? "
      ">status; "
      "} | true\n"
      "until [ -e status ]; do sleep 0.05; done; cat status; ls model/model.safetensors");
  EXPECT_THAT(outcome.output, HasSubstr("model/model.safetensors")) << outcome.errors;
}

TEST(Signals, OfAFileThatMayNotGrowAreOneSentence) {
  const Outcome outcome = shell(
      "i=0; while [ $i -lt 300 ]; do echo \"the cat $i\"; i=$((i+1)); done >texts\n"
      "ulimit -f 20; $MANA embed --model $MODEL --quiet --input texts --output v.jsonl");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, testing::StartsWith("mana: cannot write v.jsonl"));
  EXPECT_THAT(outcome.errors, HasSubstr("File too large"));
  EXPECT_EQ(lines_of(outcome.errors).size(), 1);
}

TEST(LostPages, OfAModelAreOneSentence) {
  const TemporaryFolder folder;
  const std::filesystem::path model = folder / "model";
  std::filesystem::copy(small_model(), model, std::filesystem::copy_options::recursive);
  Process process({"embed", "--model", model.string(), "--quiet", "--truncate-dim", "2"});
  process.write("the cat\n");
  ASSERT_TRUE(eventually([&] { return !process.output().empty(); }));
  std::filesystem::resize_file(model / "model.safetensors", 0);
  for (int i = 0; i < 100; ++i) process.write("the cat sat on the mat\n");
  const Outcome outcome = process.finish();
  // Weights that were laid out already are not read again: then nothing is lost.
  if (outcome.status == 0) return;
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, testing::StartsWith("mana: "));
  EXPECT_THAT(outcome.errors, HasSubstr("model.safetensors cannot be read to its end any more"));
  EXPECT_EQ(lines_of(outcome.errors).size(), 1);
}

}  // namespace
}  // namespace mana::program
