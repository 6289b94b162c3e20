// A world in which any call to the system may fail: whichever of a command's allocations, writes, syncs, renames,
// mappings or threads is refused, the command ends by itself and says why in one sentence, no wrong file has the final
// name, and the next run ends with the bits of an undisturbed one. MANA_FAIL_EACH=1 tries each call, else some are
// chosen.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "process.h"
#include "tests/support/source_path.h"

namespace mana::program {
namespace {

namespace fs = std::filesystem;

constexpr int kSome = 12;  // calls of a kind that are tried, where not each is

struct Job {
  const char* name;
  std::vector<std::string> arguments;
  std::vector<std::string> kept;        ///< the files of the output whose bits are compared; none: the output is a file
  std::vector<std::string> again = {};  ///< what the next run has beside these
};

void PrintTo(const Job& job, std::ostream* out) { *out << job.name; }

std::vector<Job> jobs() {
  const std::string model = small_model().string();
  return {
      {"embed_matrix",
       {"embed", "--model", model, "--input", "texts.txt", "--output", "OUT.npy"},
       {},
       {"--resume-if-any"}},
      {"embed_rows",
       {"embed", "--model", model, "--input", "texts.txt", "--output", "OUT.jsonl"},
       {},
       {"--resume-if-any"}},
      {"word2vec",
       {"train", "word2vec", "--deterministic", "--input", "texts.txt", "--dimensions", "8", "--min-count", "1",
        "--output", "OUT.vec"},
       {}},
      {"sentence",
       {"train", "sentence", "--model", model, "--data", "pairs.tsv", "--batch", "4", "--max-steps", "2", "--output",
        "OUT"},
       {"model.safetensors", "config.json"}},
      {"classifier",
       {"train", "classifier", "--model", model, "--data", "classes.tsv", "--output", "OUT"},
       {"model.safetensors"}},
      {"convert",
       {"convert", "--from", "ctranslate2", fixture_path("ctranslate2/before").string(), "--output", "OUT"},
       {"model.safetensors", "config.json"}},
      {"tokenizer",
       {"train", "tokenizer", "--type", "wordpiece", "--vocabulary", "30", "--output", "OUT", "texts.txt"},
       {"tokenizer.json"}},
      {"negatives", {"mine", "negatives", "--model", model, "--data", "pairs.tsv", "--output", "OUT.tsv"}, {}},
      {"attention", {"explain", "attention", "--model", model, "--html", "OUT.html", "the cat sat"}, {}},
      {"export", {"words", "export", "--model", "words.vec", "--format", "binary", "--output", "OUT.bin"}, {}},
  };
}

class FailingWorld : public testing::TestWithParam<Job> {
 protected:
  FailingWorld() {
    std::string texts, pairs = "anchor\tpositive\n", classes = "label\ttext\n";
    for (int i = 0; i < 40; ++i) {
      texts += fmt::format("the {} cat sat on the mat {}\n", "abcdefgh"[i % 8], i % 5);
      pairs += fmt::format("hello {}\tworld {}\n", i, i * 7);
      classes += fmt::format("{}\t{} the cat {}\n", i % 2 ? "odd" : "even", i % 2 ? "a" : "b", i);
    }
    write(folder_ / "texts.txt", texts);
    write(folder_ / "pairs.tsv", pairs);
    write(folder_ / "classes.tsv", classes);
    write(folder_ / "words.vec", "3 2\na 1 0\nb 0 1\nc 1 1\n");
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// The arguments of the job, for an output of this name.
  std::vector<std::string> command(const std::string& output, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = GetParam().arguments;
    for (std::string& word : words) {
      if (word.starts_with("OUT")) word = path(output + word.substr(3));
      if (fs::exists(folder_ / word)) word = path(word);
    }
    if (words.front() != "convert" && words.front() != "words" && words.front() != "explain")
      words.insert(words.end(), {"--threads", "2"});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  /// The bits that count of an output; none where nothing has its name.
  std::optional<std::string> bits(const std::string& output) const {
    for (const std::string& word : GetParam().arguments) {
      if (!word.starts_with("OUT")) continue;
      const std::string place = path(output + word.substr(3));
      if (!fs::exists(place)) return std::nullopt;
      if (GetParam().kept.empty()) return read(place);
      std::string all;
      for (const std::string& file : GetParam().kept) all += read(fs::path(place) / file);
      return all;
    }
    return std::nullopt;
  }

  /// A run in which the call `failure` fails (KIND:N), and what the log tells of it: failed, or the number of calls of
  /// each kind.
  Outcome run_failing(const std::string& failure, const std::string& output, std::map<std::string, long>& told) const {
    fs::remove(path("log"));
    const Outcome outcome =
        run({command(output),
             {},
             {},
             {"LD_PRELOAD=" MANA_FAILING_CALLS, "MANA_FAIL=" + failure, "MANA_FAIL_LOG=" + path("log")}});
    told.clear();
    if (!fs::exists(path("log"))) return outcome;
    std::istringstream lines(read(path("log")));
    for (std::string line; std::getline(lines, line);) {
      const std::size_t space = line.find(' ');
      told[line.substr(0, space)] = space == std::string::npos ? 1 : std::stol(line.substr(space));
    }
    return outcome;
  }

  TemporaryFolder folder_;
};

/// Which of so many calls are tried: the first ones each, then ever fewer.
std::vector<long> chosen(long calls) {
  const bool each = std::getenv("MANA_FAIL_EACH") != nullptr;
  std::vector<long> numbers;
  for (long number = 1; number <= calls;) {
    numbers.push_back(number);
    const double step = std::pow(static_cast<double>(calls) / static_cast<double>(number), 1.0 / kSome);
    number = each ? number + 1 : std::max(number + 1, std::lround(static_cast<double>(number) * step));
  }
  return numbers;
}

TEST_P(FailingWorld, EndsInOneSentenceAndTheNextRunIsWhole) {
  std::map<std::string, long> calls, told;
  const Outcome undisturbed = run_failing("memory:0", "whole", calls);
  ASSERT_EQ(undisturbed.status, 0) << undisturbed.errors;
  const std::optional<std::string> expected = bits("whole");
  ASSERT_TRUE(expected);
  int failures = 0;
  for (const auto& [kind, count] : calls) {
    for (const long number : chosen(count)) {
      const std::string failure = fmt::format("{}:{}", kind, number);
      const std::string output = fmt::format("{}{}", kind, number);
      const Outcome outcome = run_failing(failure, output, told);
      failures += told.contains("failed") ? 1 : 0;
      ASSERT_THAT(outcome.status, testing::AnyOf(0, 1)) << failure << ": " << outcome.errors;
      if (outcome.status == 1) {
        const std::vector<std::string> said = lines_of(outcome.errors);
        ASSERT_FALSE(said.empty()) << failure;
        EXPECT_THAT(said.back(), testing::StartsWith("mana: ")) << failure;
      }
      const std::optional<std::string> made = bits(output);
      EXPECT_TRUE(made || outcome.status == 1) << failure;
      if (made) {
        EXPECT_TRUE(*made == *expected) << failure << ": a wrong file under the final name";
      } else {
        const Outcome next = run(command(output, GetParam().again));
        EXPECT_EQ(next.status, 0) << failure << ": " << outcome.errors << "then: " << next.errors;
        EXPECT_TRUE(bits(output) == expected) << failure << ": the next run makes another file";
      }
    }
  }
  EXPECT_GT(failures, 10);
}

INSTANTIATE_TEST_SUITE_P(Commands, FailingWorld, testing::ValuesIn(jobs()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace mana::program
