// How the program gets on with a shell: texts that look like options, help, pipes that pause, closed descriptors.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "mana/data/unpacker.h"
#include "process.h"

namespace mana::program {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr int kUsage = 2;

std::vector<std::string> with_model(std::vector<std::string> arguments, std::size_t words = 1) {
  const std::vector<std::string> model = {"--model", small_model().string()};
  arguments.insert(arguments.begin() + static_cast<std::ptrdiff_t>(words), model.begin(), model.end());
  return arguments;
}

std::string embedding(const std::string& text) {
  return run(with_model({"embed", "--quiet", "--truncate-dim", "3", "--", text})).output;
}

TEST(Dash, BeforeATextIsNoOption) {
  for (const char* text : {"-hello world", "-5 degrees", "-x", "--", "-", "---", "-hq", "--a b", "-help", "-model=x"}) {
    SCOPED_TRACE(text);
    // Before "--" it is refused, and said how to give it; behind it, it is a text.
    if (std::string(text) != "--" && std::string(text) != "-") {
      for (const char* command : {"embed", "similarity", "tokenize", "classify"}) {
        const Outcome refused = run({command, text, "b"});
        EXPECT_EQ(refused.status, kUsage);
        EXPECT_EQ(refused.output, "");
        EXPECT_THAT(refused.errors, HasSubstr(fmt::format("has no option {}", std::string(text).substr(0, 2))));
        EXPECT_THAT(refused.errors, HasSubstr(fmt::format("-- \"{}\"", text)));
        EXPECT_EQ(lines_of(refused.errors).size(), 1);
      }
    }
    const std::string by_argument = embedding(text);
    EXPECT_THAT(by_argument, StartsWith("{\"embedding\":["));
    const Outcome by_line = run(with_model({"embed", "--quiet", "--truncate-dim", "3"}), std::string(text) + "\n");
    EXPECT_EQ(by_argument, by_line.output);
  }
  EXPECT_EQ(run(with_model({"similarity", "--", "-h", "-h"})).output, "1\n");
  EXPECT_EQ(run({"similarity", "-a", "-b"}).status, kUsage);
  const Outcome word = run({"words", "nearest", "--model", "x.vec", "-king"});
  EXPECT_EQ(word.status, kUsage);
  EXPECT_THAT(word.errors, HasSubstr("mana words nearest -- \"-king\""));
  EXPECT_THAT(run({"inspect", "-x"}).errors, Not(HasSubstr(" -- "))) << "it takes no texts";
}

TEST(Dash, AloneBeforeHIsHelp) {
  const std::string help = run({"embed", "-h"}).output;
  EXPECT_THAT(help, StartsWith("Turn texts into vectors\n\nUsage: mana embed"));
  EXPECT_EQ(run({"embed", "text", "-h"}).output, help);
  EXPECT_NE(run(with_model({"embed", "--", "-h"})).output, help);
  EXPECT_NE(run(with_model({"embed", "--prompt-text", "-h", "x"})).output, help);
}

TEST(Texts, AreTakenAsTheyStand) {
  // Brackets, braces and signs that a parser of options might take for its own.
  for (const char* text : {"[a, b]", "[]", "{}", "%%", "++", "a=b", "[CLS]", "\"quoted\"", "", "'", "\\n"}) {
    SCOPED_TRACE(text);
    const Outcome by_line = run(with_model({"embed", "--quiet", "--truncate-dim", "3"}), std::string(text) + "\n");
    EXPECT_EQ(embedding(text), by_line.output);
    EXPECT_EQ(run(with_model({"embed", "--quiet", "--truncate-dim", "3", text})).output, by_line.output);
  }
}

TEST(Options, AreGivenWithAnEqualsSignOrWithout) {
  const std::string model = small_model().string();
  const Outcome apart = run({"embed", "--quiet", "--model", model, "x", "--truncate-dim", "2"});
  EXPECT_EQ(apart.status, 0) << apart.errors;
  EXPECT_EQ(run({"embed", "--quiet", "--model=" + model, "x", "--truncate-dim=2"}).output, apart.output);
  const Outcome negative = run({"embed", "--model", model, "x", "--truncate-dim", "-2"});
  EXPECT_EQ(negative.status, kUsage);
  EXPECT_THAT(negative.errors, HasSubstr("--truncate-dim takes a whole number, not '-2'"));
  // A value may begin with a dash, and is no option of its own.
  const Outcome dashed = run({"embed", "--quiet", "--model", model, "--prompt-text", "--quiet ", "x"});
  EXPECT_EQ(dashed.status, 0) << dashed.errors;
  EXPECT_EQ(dashed.output, run({"embed", "--quiet", "--model", model, "--quiet", "--", "--quiet x"}).output);
}

TEST(Suggestions, KnowCapitals) {
  EXPECT_THAT(run({"EMBED", "x"}).errors, HasSubstr("did you mean embed?"));
  EXPECT_THAT(run({"Train", "sentence"}).errors, HasSubstr("did you mean train?"));
  EXPECT_THAT(run({"eval", "STS"}).errors, HasSubstr("did you mean eval sts?"));
  EXPECT_THAT(run({"embed", "--Model", "x"}).errors, HasSubstr("did you mean --model?"));
  EXPECT_THAT(run({"embed", "--TRUNCATE_DIM=4", "x"}).errors, HasSubstr("did you mean --truncate-dim?"));
  EXPECT_THAT(run({"embed", "-model", "x"}).errors, HasSubstr("did you mean --model?"));
}

TEST(Help, OfAGroupListsItsCommands) {
  for (const auto& [group, commands] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"train", {"train sentence", "train word2vec", "train tokenizer", "train classifier"}},
           {"eval", {"eval sts", "eval retrieval", "eval wordsim"}},
           {"words", {"words nearest", "words export"}},
           {"mine", {"mine negatives"}},
           {"bench", {"bench embed", "bench train"}}}) {
    const Outcome help = run({group, "--help"});
    EXPECT_EQ(help.status, 0);
    for (const std::string& command : commands) EXPECT_THAT(help.output, HasSubstr(fmt::format("  {} ", command)));
    EXPECT_THAT(help.output, Not(HasSubstr("  embed ")));
    EXPECT_EQ(run({group, "-h"}).output, help.output);
    EXPECT_EQ(run({"help", group}).output, help.output);
    EXPECT_EQ(run({group}).status, kUsage);
  }
  EXPECT_EQ(run({"help", "train", "sentence"}).output, run({"train", "sentence", "--help"}).output);
}

/// A program that is fed piece by piece; true once it has printed `lines` lines, standard input being open.
class Conversation {
 public:
  explicit Conversation(const std::vector<std::string>& arguments) : process_(arguments) {}
  void say(std::string_view text) const { process_.write(text); }
  bool answers(std::size_t lines) const {
    return eventually([&] { return lines_of(process_.output()).size() >= lines; });
  }
  Outcome finish() { return process_.finish(); }

 private:
  Process process_;
};

TEST(Pause, OfTheInputBringsTheRowsThatAreThere) {
  for (const std::vector<std::string>& command :
       {with_model({"embed", "--quiet", "--truncate-dim", "2"}),
        with_model({"embed", "--input", "-", "--format", "tsv"}), with_model({"embed", "--quiet", "--field", "text"}),
        with_model({"tokenize", "--json"})}) {
    SCOPED_TRACE(command[0] + " " + command.back());
    const bool json = command.back() == "text";
    const auto line = [&](const std::string& text) {
      return json ? fmt::format("{{\"text\": \"{}\"}}\n", text) : fmt::format("{}\n", text);
    };
    Conversation talk(command);
    for (std::size_t i = 1; i <= 3; ++i) {
      // A line and half of the next one, which is none yet.
      const std::string next = line("the cat " + std::to_string(i));
      talk.say(i == 1 ? next + next.substr(0, 4) : next.substr(4) + next.substr(0, 4));
      ASSERT_TRUE(talk.answers(i));
    }
    talk.say(line("the cat 3").substr(4));
    const Outcome outcome = talk.finish();
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_EQ(lines_of(outcome.output).size(), 4);
  }
}

TEST(Pause, OfPackedInputBringsTheRowsThatAreThere) {
  // Members one after the other, as a packer that is flushed leaves them.
  Conversation talk(with_model({"embed", "--quiet", "--truncate-dim", "2"}));
  for (std::size_t i = 1; i <= 3; ++i) {
    talk.say(data::gzip_packed("the cat " + std::to_string(i) + "\n"));
    ASSERT_TRUE(talk.answers(i));
  }
  EXPECT_EQ(talk.finish().status, 0);
}

TEST(Descriptors, ThatAreClosedGetNothingOfAFile) {
  const Outcome outcome = shell(
      "yes 'the cat sat' | head -n 1500 >texts\n"
      "$MANA embed --model $MODEL --input texts --output whole.jsonl --quiet || exit 9\n"
      "$MANA embed --model $MODEL --input texts --output v.jsonl <&- >&- 2>&- || exit 8\n"
      "cmp whole.jsonl v.jsonl || exit 7\n"
      "$MANA embed --model $MODEL --input texts --output v.npy --no-such-option <&- >&- 2>&-; [ $? = 2 ] || exit 6\n"
      "$MANA embed --model $MODEL --input none --output v.tsv 2>&-; [ $? = 1 ] || exit 5\n"
      "ls\n");
  EXPECT_EQ(outcome.status, 0) << outcome.output << outcome.errors;
  EXPECT_EQ(lines_of(outcome.output).size(), 6) << outcome.output;  // with line.sh, output and errors
}

TEST(Descriptors, ThatAreWantedAndClosedAreAFailure) {
  for (const char* command : {"embed", "tokenize"}) {
    const Outcome outcome = shell(fmt::format("$MANA {} --model $MODEL x >&-", command));
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.errors, HasSubstr("cannot write standard output: it is closed"));
  }
  EXPECT_EQ(shell("$MANA --help >&-").status, 1);
  const Outcome input = shell("$MANA embed --model $MODEL <&-");
  EXPECT_EQ(input.status, 1);
  EXPECT_THAT(input.errors, HasSubstr("cannot read standard input"));
}

TEST(Threads, ThatCannotBeStartedAreOneSentence) {
  const Outcome outcome = shell("ulimit -v 800000; $MANA embed --model $MODEL --threads 512 x");
  if (outcome.errors.find("sanitizer") != std::string::npos || outcome.errors.find("Sanitizer") != std::string::npos) {
    GTEST_SKIP() << "a sanitizer needs more address space than that";
  }
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.output, "");
  EXPECT_THAT(outcome.errors, AllOf(StartsWith("mana: 512 threads cannot run here"), HasSubstr("ask for fewer")));
  EXPECT_EQ(lines_of(outcome.errors).size(), 1);
}

TEST(SameTexts, HaveNothingToCorrelate) {
  const TemporaryFolder folder;
  write(folder / "s.tsv", "score\tsentence1\tsentence2\n1\ta cat\tx\n2\tthe mat\ty\n3\thello\tz\n");
  const Outcome outcome = run({"eval", "sts", "--model", small_model().string(), "--data", (folder / "s.tsv").string(),
                               "--text-b", "sentence1", "--quiet"});
  EXPECT_EQ(outcome.status, 1) << outcome.output;
  EXPECT_EQ(lines_of(outcome.errors).size(), 1U);
}

TEST(StaticTokens, AreThoseOfTheTextAlone) {
  const std::string model = (small_model().parent_path().parent_path() / "static_models/plain").string();
  EXPECT_EQ(run({"tokenize", "--model", model, "the cat"}).output, "5\tthe\t0-3\n6\tcat\t4-7\n\n");
}

TEST(Terminal, IsSteeredByNoNameOfAFile) {
  const TemporaryFolder folder;
  const std::filesystem::path model = folder / "model";
  std::filesystem::copy(small_model(), model, std::filesystem::copy_options::recursive);
  write(model / "a\x1b[31mb.txt", "notes");
  EXPECT_THAT(run({"inspect", "--model", model.string()}).output, HasSubstr("a\x1b[31mb.txt"))
      << "a pipe gets the bytes";
  const Outcome shown = shell(
      fmt::format("script -qec '{} inspect --model {}' /dev/null </dev/null", program().string(), model.string()));
  EXPECT_EQ(shown.status, 0);
  EXPECT_THAT(shown.output, HasSubstr("a\\x1b[31mb.txt"));
  EXPECT_THAT(shown.output, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace mana::program
