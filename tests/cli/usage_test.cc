#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "process.h"
#include "tests/support/sanitized.h"

namespace mana::program {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr int kUsage = 2;

struct Mistake {
  std::vector<std::string> arguments;
  std::string sentence;  ///< what the message must hold
};

class WrongUsage : public testing::TestWithParam<Mistake> {};

TEST_P(WrongUsage, ExitsWithTwoAndOneSentence) {
  const Outcome outcome = run(GetParam().arguments);
  EXPECT_EQ(outcome.status, kUsage);
  EXPECT_EQ(outcome.output, "");
  EXPECT_THAT(outcome.errors, StartsWith("mana: "));
  EXPECT_THAT(outcome.errors, HasSubstr(GetParam().sentence));
  EXPECT_EQ(lines_of(outcome.errors).size(), 1) << outcome.errors;
  EXPECT_THAT(outcome.errors, Not(HasSubstr("\x1b"))) << "colours belong on a terminal";
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongUsage,
    testing::Values(
        Mistake{{}, "a command is missing"}, Mistake{{"embd"}, "did you mean embed?"},
        Mistake{{"tokenise", "x"}, "did you mean tokenize?"}, Mistake{{"--modle"}, "no option --modle"},
        Mistake{{"dance"}, "there is no command dance; see mana --help"},
        Mistake{{"eval"}, "must be followed by sts or retrieval"}, Mistake{{"eval", "st"}, "did you mean eval sts?"},
        Mistake{{"bench"}, "embed or peak or tokenize"}, Mistake{{"embed", "--modle", "x"}, "did you mean --model?"},
        Mistake{{"embed", "--ouput=x", "y"}, "did you mean --output?"},
        Mistake{{"embed", "x", "--zzzzzz"}, "has no option --zzzzzz;"},
        Mistake{{"embed", "x", "--threads", "two"}, "--threads takes a whole number, not 'two'"},
        Mistake{{"embed", "x", "--threads", "-1"}, "--threads"},
        Mistake{{"embed", "x", "--threads", "99999999999999999999"}, "a whole number"},
        Mistake{{"embed", "x", "--threads", "5000"}, "at most 1024"},
        Mistake{{"embed", "x", "--threads", "1", "--threads", "2"}, "--threads takes one value"},
        Mistake{{"embed", "x", "--model"}, "--model takes one value"},
        Mistake{{"embed", "x", "--truncate-dim", "0"}, "--truncate-dim takes a number of at least 1, not '0'"},
        Mistake{{"embed", "x", "--model", small_model().string(), "--truncate-dim", "33"},
                "--truncate-dim is 33; the model's vectors have 32 dimensions"},
        Mistake{{"embed", "x", "--isa", "sse"}, "one of reference|avx2|avx512|amx, not 'sse'"},
        Mistake{{"embed", "x", "--precision", "f33"}, "one of auto|f32|bf16|int8, not 'f33'"},
        Mistake{{"embed", "x", "--on-overflow", "ignore"}, "truncate|error|mean"},
        Mistake{{"embed", "x", "--format", "csv"}, "jsonl|npy|tsv"},
        Mistake{{"embed", "x", "--json", "--format", "tsv"}, "contradict"},
        Mistake{{"embed", "x", "--format", "npy", "--include-text"}, "--include-text needs --format jsonl"},
        Mistake{{"embed", "x", "--pooling", "cls,middle"}, "middle"},
        Mistake{{"embed", "x", "--embedding-type", "int4"}, "f32|f16|int8|uint8|binary|ubinary, not 'int4'"},
        Mistake{{"embed", "x", "--embedding-type", "int8"}, "give --calibrate FILE with some thousand texts"},
        Mistake{{"embed", "x", "--embedding-type", "uint8"}, "uint8 needs the range of each dimension"},
        Mistake{{"embed", "x", "--embedding-type", "f16", "--calibrate", "y"}, "f16 has no ranges"},
        Mistake{{"embed", "x", "--ranges", "y"}, "--ranges belongs to --embedding-type int8 or uint8"},
        Mistake{{"embed", "x", "--write-ranges", "y"}, "--write-ranges belongs to"},
        Mistake{{"embed", "x", "--embedding-type", "int8", "--ranges", "y", "--calibrate", "z"}, "contradict"},
        Mistake{{"embed", "--embedding-type", "int8", "--calibrate", "-"}, "cannot both come from standard input"},
        Mistake{{"translate", "--model", ".", "--suppress", "-", "--input", "-"},
                "the texts and --suppress cannot both come from standard input"},
        Mistake{{"translate", "--model", ".", "--suppress", "-", "--prefixes", "-", "A dog."},
                "--prefixes and --suppress cannot both come from standard input"},
        Mistake{{"bench", "peak", "--repeat", "0"}, "--repeat takes at least 1"},
        Mistake{{"bench", "peak", "--threads", "5000"}, "at most 1024"},
        Mistake{{"embed", "x", "--input", "y"}, "not from both"},
        Mistake{{"embed", "--field", "a", "--column", "b"}, "give one of them"},
        Mistake{{"embed", "x", "--field", "a"}, "belong to a file"},
        Mistake{{"similarity", "one"}, "takes 2 arguments"}, Mistake{{"similarity", "a", "b", "c"}, "not 3"},
        Mistake{{"inspect", "x"}, "does not take the argument 'x'"}, Mistake{{"eval", "sts"}, "--data is required"},
        Mistake{{"eval", "retrieval", "--corpus", "x"}, "give --data, or --corpus, --queries and --qrels"},
        Mistake{{"eval", "retrieval", "--data", "x", "--prompt", "y"}, "has no option --prompt"},
        Mistake{{"eval", "classify", "--train", "x"}, "--test is required"},
        Mistake{{"eval", "classify"}, "needs --data and the --model of a finished classifier, or --train and --test"},
        Mistake{{"eval", "classify", "--data", "x", "--train", "y"}, "--train does not go with --data"},
        Mistake{{"bench", "embed"}, "--input is required"}));

TEST(Help, OfEveryCommandHasAnExample) {
  for (const char* command : {"embed", "similarity", "tokenize", "inspect", "verify", "eval sts", "eval retrieval",
                              "eval classify", "bench embed", "bench tokenize", "pull"}) {
    SCOPED_TRACE(command);
    std::vector<std::string> arguments;
    for (std::string_view words = command; !words.empty();) {
      const std::size_t space = std::min(words.find(' '), words.size());
      arguments.emplace_back(words.substr(0, space));
      words.remove_prefix(std::min(space + 1, words.size()));
    }
    arguments.emplace_back("--help");
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.errors, "");
    EXPECT_THAT(outcome.output, HasSubstr(std::string("Usage: mana ") + command));
    EXPECT_THAT(outcome.output, HasSubstr("Example"));
    EXPECT_THAT(outcome.output, HasSubstr(std::string("  mana ") + command));
    for (const char* option : {"--help", "--version", "--config", "--quiet"}) {
      EXPECT_THAT(outcome.output, HasSubstr(option));
    }
    EXPECT_THAT(run({"--help"}).output, HasSubstr(command));
  }
}

/// Every group and every command that the program lists, "eval" and "eval sts".
std::vector<std::vector<std::string>> all_that_have_help() {
  std::vector<std::vector<std::string>> all = {{}};
  for (const std::string& line : lines_of(run({"-h"}).output)) {
    if (!line.starts_with("  ") || line.starts_with("   ") || line.starts_with("  -") || line.starts_with("  mana"))
      continue;
    const std::string word = line.substr(2, line.find(' ', 2) - 2);
    const Outcome group = run({word, "--help"});
    all.push_back({word});
    for (const std::string& below : lines_of(group.output)) {
      if (!below.starts_with("  " + word + " ")) continue;
      const std::size_t begin = word.size() + 3;
      all.push_back({word, below.substr(begin, below.find(' ', begin) - begin)});
    }
  }
  return all;
}

std::size_t letters_of(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(line, [](char c) { return (c & '\xC0') != '\x80'; }));
}

TEST(Help, FitsTheTerminalAndHasExamplesAndDefaults) {
  const std::vector<std::vector<std::string>> all = all_that_have_help();
  EXPECT_GT(all.size(), 50U);
  for (const std::vector<std::string>& words : all) {
    for (const std::size_t width : {80U, 120U}) {
      for (const char* flag : {"-h", "--help"}) {
        std::vector<std::string> arguments = words;
        arguments.emplace_back(flag);
        SCOPED_TRACE(testing::PrintToString(arguments));
        const Outcome help = run(Invocation{arguments, "", {}, {fmt::format("COLUMNS={}", width)}});
        EXPECT_EQ(help.status, 0) << help.errors;
        for (const std::string& line : lines_of(help.output)) EXPECT_LE(letters_of(line), width) << line;
        EXPECT_THAT(help.output, MatchesRegex("(.|\n)*Examples?:\n  (.|\n)*mana (.|\n)*"));
      }
    }
  }
  EXPECT_THAT(run({"embed", "--help"}).output, HasSubstr("(default: all-MiniLM-L6-v2)"));
}

// Of every command: options whose value is a letter in the help take numbers.
TEST(Options, TakeNoNumberThatIsNone) {
  if (kSanitized) GTEST_SKIP() << "hundreds of runs take minutes under a sanitizer";
  const std::regex option("(--[a-z0-9-]+) ([A-Z]|RANK|POINTS)\\b");
  std::size_t count = 0;
  for (const std::vector<std::string>& words : all_that_have_help()) {
    std::vector<std::string> arguments = words;
    arguments.emplace_back("--help");
    const std::string help = run(arguments).output;
    for (std::sregex_iterator found(help.begin(), help.end(), option), end; found != end; ++found) {
      if (found->str(1) == "--layers") continue;  // a list, which is looked at later
      arguments.back() = found->str(1) + (++count % 2 == 0 ? "=nan" : "=inf");
      const Outcome outcome = run(arguments);
      EXPECT_EQ(outcome.status, kUsage) << testing::PrintToString(arguments);
      EXPECT_THAT(outcome.errors, HasSubstr(found->str(1) + " takes")) << testing::PrintToString(arguments);
    }
  }
  EXPECT_GT(count, 200U);
}

TEST(Help, IsShortOrLong) {
  const std::string brief = run({"embed", "-h"}).output, whole = run({"embed", "--help"}).output;
  EXPECT_LT(brief.size(), whole.size() / 2 + 500);
  EXPECT_THAT(brief, HasSubstr("mana embed --help has more options: Output; Model"));
  EXPECT_THAT(brief, Not(HasSubstr("--truncate-dim N ")));
  EXPECT_THAT(run({"--help"}).output, HasSubstr("MANA_HOME"));
  EXPECT_THAT(run({"-h"}).output, Not(HasSubstr("MANA_HOME")));
}

TEST(Texts, ThatAreNamesOfFilesAreNoted) {
  const TemporaryFolder folder;
  const std::string file = (folder / "corpus.txt").string();
  write(file, "a text\n");
  const Outcome outcome = run({"embed", "--model", small_model().string(), file});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.errors, HasSubstr("was taken as a text; --input " + file));
  EXPECT_EQ(run({"embed", "--quiet", "--model", small_model().string(), file}).errors, "");
}

TEST(List, HasTheModelsThatAreFoundByName) {
  const TemporaryFolder home;
  std::filesystem::create_directories(home / "models");
  std::filesystem::copy(small_model(), home / "models" / "all-small", std::filesystem::copy_options::recursive);
  std::filesystem::copy(small_model(), home / "models" / "someone--model", std::filesystem::copy_options::recursive);
  const std::vector<std::string> environment = {"MANA_HOME=" + home.path().string(), "HF_HOME=/nowhere"};
  const auto run_there = [&](std::vector<std::string> arguments) {
    return run(Invocation{std::move(arguments), "", {}, environment});
  };
  const Outcome list = run_there({"list"});
  EXPECT_EQ(list.status, 0) << list.errors;
  const std::vector<std::string> lines = lines_of(list.output);
  ASSERT_EQ(lines.size(), 2U) << list.output;
  EXPECT_THAT(lines[0], StartsWith("all-small "));
  EXPECT_THAT(lines[1], StartsWith("someone/model "));
  EXPECT_THAT(lines[1], HasSubstr(" MB  "));
  EXPECT_THAT(run_there({"list", "--json"}).output, HasSubstr("\"name\": \"someone/model\""));
  for (const char* name : {"all-small", "sentence-transformers/all-small", "model", "someone/model"}) {
    EXPECT_EQ(run_there({"tokenize", "--model", name, "x"}).status, 0) << name;
  }
  EXPECT_EQ(run_there({"tokenize", "--model", "other/all-small", "x"}).status, 1) << "another owner's is another model";
}

TEST(Help, IsThereByItsNameToo) {
  EXPECT_EQ(run({"help", "embed"}).output, run({"embed", "--help"}).output);
  EXPECT_EQ(run({"help"}).output, run({"--help"}).output);
}

TEST(Version, IsPrinted) {
  const Outcome outcome = run({"--version"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.output, MatchesRegex("mana [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_EQ(run({"embed", "--version"}).output, outcome.output);
}

TEST(Config, GivesOptionsForEveryCommandAndForOne) {
  const TemporaryFolder folder;
  write(folder / "mana.toml", "# a comment\nmodel = \"" + small_model().string() +
                                  "\"\nquiet = true\n\n[embed]\nformat = \"tsv\"\ntruncate-dim = 2\n"
                                  "\n[eval.sts]\nscore = \"relatedness\"\n");
  const std::string config = (folder / "mana.toml").string();
  const Outcome embedded = run({"embed", "--config", config, "hello"});
  EXPECT_EQ(embedded.status, 0) << embedded.errors;
  EXPECT_THAT(embedded.output, MatchesRegex("-?[0-9.e-]+\t-?[0-9.e-]+\n"));
  EXPECT_EQ(embedded.errors, "");
  // What is typed wins over what the file says.
  const Outcome typed = run({"embed", "--config", config, "hello", "--format", "jsonl"});
  EXPECT_THAT(typed.output, StartsWith("{\"embedding\":["));
  EXPECT_EQ(run({"tokenize", "--config", config, "hello"}).status, 0);
}

TEST(Config, IsRefusedWhereItIsWrong) {
  const TemporaryFolder folder;
  const std::string config = (folder / "mana.toml").string();
  write(config, "thread = 2\n");
  const Outcome unknown = run({"embed", "--config", config, "hello"});
  EXPECT_EQ(unknown.status, kUsage);
  EXPECT_THAT(unknown.errors, HasSubstr(config + ": mana embed has no option --thread (did you mean --threads?)"));
  write(config, "threads = many\n");
  EXPECT_EQ(run({"embed", "--config", config, "hello"}).status, kUsage);
  const Outcome missing = run({"embed", "--config", (folder / "none.toml").string(), "hello"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.errors, HasSubstr("none.toml"));
}

}  // namespace
}  // namespace mana::program
