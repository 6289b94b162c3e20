#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <string_view>

#include "process.h"
#include "tests/support/source_path.h"

namespace mana::program {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kInterrupted = 128 + SIGINT;
constexpr int kTerminated = 128 + SIGTERM;
/// More than the encoder holds in memory at once, so that some rows are complete before the input ends.
constexpr int kTexts = 4200;

std::string texts() {
  std::string all;
  for (int i = 0; i < kTexts; ++i) all += std::to_string(i) + "\n";
  return all;
}

/// One job, run to its end, or broken off once its first rows are complete.
class Resume : public testing::TestWithParam<const char*> {
 protected:
  std::filesystem::path output(const std::string& name = "vectors") const {
    return folder_ / (name + "." + GetParam());
  }

  std::vector<std::string> command(const std::filesystem::path& output) const {
    std::vector<std::string> arguments = {"embed", "--truncate-dim", "4", "--output", output.string()};
    if (std::ranges::find(more_, "--model") == more_.end()) {
      arguments.insert(arguments.end(), {"--model", small_model().string()});
    }
    arguments.insert(arguments.end(), more_.begin(), more_.end());
    return arguments;
  }

  std::vector<std::string> resume(const std::filesystem::path& output) const {
    std::vector<std::string> arguments = command(output);
    arguments.emplace_back("--resume");
    return arguments;
  }

  /// Starts the job, waits for its first rows and sends a signal; its standard input stays open.
  Outcome break_off(int signal) const {
    Process process(command(output()));
    process.write(texts());
    EXPECT_TRUE(eventually([&] { return has_rows(); }));
    process.signal(signal);
    return process.wait();
  }

  bool has_rows() const {
    const std::filesystem::path journal = output().string() + ".journal.partial";
    return std::filesystem::exists(journal) && lines_of(read(journal)).size() >= 2 && read(journal).ends_with('\n');
  }

  std::vector<std::string> partial_files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (entry.path().extension() == ".partial") names.push_back(entry.path().filename());
    }
    return names;
  }

  void expect_same_as_uninterrupted() const {
    ASSERT_EQ(run(command(output("whole")), texts()).status, 0);
    EXPECT_EQ(read(output()), read(output("whole")));
    if (!std::string_view(GetParam()).starts_with("jsonl")) {
      const std::string counts = read(output().string() + ".tokens.jsonl");
      EXPECT_EQ(counts, read(output("whole").string() + ".tokens.jsonl"));
      EXPECT_EQ(lines_of(counts).size(), kTexts);
    }
    EXPECT_THAT(partial_files(), IsEmpty());
  }

  TemporaryFolder folder_;
  std::vector<std::string> more_;  // options of the job beside those that all have
};

TEST_P(Resume, GoesOnAfterCtrlC) {
  const Outcome broken = break_off(SIGINT);
  EXPECT_EQ(broken.status, kInterrupted);
  EXPECT_THAT(broken.errors, HasSubstr("interrupted"));
  EXPECT_THAT(broken.errors, HasSubstr("--resume"));
  EXPECT_FALSE(std::filesystem::exists(output()));
  const Outcome resumed = run(resume(output()), texts());
  EXPECT_EQ(resumed.status, 0) << resumed.errors;
  EXPECT_THAT(resumed.errors, HasSubstr("going on after"));
  expect_same_as_uninterrupted();
}

TEST_P(Resume, GoesOnAfterAKill) {
  EXPECT_EQ(break_off(SIGKILL).status, 128 + SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(output()));
  // What a crash in the middle of a write leaves: rows and journal lines that are cut off.
  for (const std::string& name : partial_files()) {
    const std::filesystem::path path = folder_ / name;
    write(path, read(path) + "{\"cut");
  }
  const Outcome resumed = run(resume(output()), texts());
  EXPECT_EQ(resumed.status, 0) << resumed.errors;
  EXPECT_THAT(resumed.errors, HasSubstr("going on after"));
  expect_same_as_uninterrupted();
}

/// What does not depend on the form of the output.
class ResumedJob : public Resume {};

TEST_P(ResumedJob, StopsAtSigterm) {
  EXPECT_EQ(break_off(SIGTERM).status, kTerminated);
  EXPECT_FALSE(std::filesystem::exists(output()));
}

TEST_P(ResumedJob, StopsWhereThereIsNothingToGoOnWith) {
  const Outcome never_begun = run(resume(output()), texts());
  EXPECT_EQ(never_begun.status, 1);
  EXPECT_THAT(never_begun.errors, HasSubstr("there is nothing to resume: " + output().string() +
                                            ".journal.partial does "
                                            "not exist; leave --resume out to start anew, or give --resume-if-any"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));

  ASSERT_EQ(run(command(output()), texts()).status, 0);
  const std::string before = read(output());
  const Outcome complete = run(resume(output()), texts());
  EXPECT_EQ(complete.status, 1);
  EXPECT_THAT(complete.errors, HasSubstr("nothing to resume: " + output().string() + " is already complete"));
  EXPECT_EQ(read(output()), before);
}

TEST_P(ResumedJob, BeginsWhereThereIsNothingIfThatMayBe) {
  more_ = {"--resume-if-any"};
  EXPECT_EQ(run(command(output()), texts()).status, 0);
  expect_same_as_uninterrupted();
  std::filesystem::remove(output());
  break_off(SIGINT);
  EXPECT_THAT(run(command(output()), texts()).errors, HasSubstr("going on after"));
  more_ = {};
  expect_same_as_uninterrupted();
}

TEST_P(ResumedJob, BeginsWhereNoRowWasComplete) {
  break_off(SIGKILL);
  const std::string journal = output().string() + ".journal.partial";
  const std::string lines = read(journal);
  write(journal, lines.substr(0, lines.find('\n') + 1));
  const Outcome resumed = run(resume(output()), texts());
  EXPECT_EQ(resumed.status, 0) << resumed.errors;
  EXPECT_THAT(resumed.errors, HasSubstr("no row of the interrupted job is complete: starting anew"));
  expect_same_as_uninterrupted();
}

TEST_P(ResumedJob, StopsWhereTheJournalIsEmptyUnlessThatMayBe) {
  const std::string journal = output().string() + ".journal.partial";
  write(output().string() + ".partial", "some");
  write(journal, "");
  const Outcome refused = run(resume(output()), texts());
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.errors, HasSubstr("there is nothing to resume: " + journal + " was cut off before it said of " +
                                        "which job it is; leave --resume out to start anew, or give --resume-if-any"));
  EXPECT_EQ(read(output().string() + ".partial"), "some");
  more_ = {"--resume-if-any"};
  EXPECT_EQ(run(command(output()), texts()).status, 0);
  more_ = {};
  expect_same_as_uninterrupted();
}

TEST_P(ResumedJob, KnowsTheModelByWhatIsInIt) {
  const std::filesystem::path model = folder_ / "model";
  std::filesystem::copy(small_model(), model, std::filesystem::copy_options::recursive);
  more_ = {"--model", model.string()};
  const auto go_on = [&] { return run(resume(output()), texts()); };
  break_off(SIGINT);
  const auto change = [&](const std::string& name, std::string_view text) {
    const auto date = std::filesystem::last_write_time(model / name);
    const std::string before = read(model / name);
    write(model / name, text);
    std::filesystem::last_write_time(model / name, date);
    return before;
  };
  // Other weights of the same size and date.
  std::string weights = read(model / "model.safetensors");
  weights[weights.size() - 1] ^= 1;
  const std::string before = change("model.safetensors", weights);
  EXPECT_THAT(go_on().errors, HasSubstr("was begun with the contents of --model \""));
  change("model.safetensors", before);
  const std::string pooling =
      change("1_Pooling/config.json", "{\"word_embedding_dimension\": 32, \"pooling_mode_cls_token\": true}");
  EXPECT_THAT(go_on().errors, HasSubstr("was begun with the contents of --model \""));
  change("1_Pooling/config.json", pooling);
  // What is added may count, too; what no vector depends on does not.
  write(model / "added_tokens.json", "{}");
  EXPECT_EQ(go_on().status, 1);
  std::filesystem::remove(model / "added_tokens.json");
  write(model / "README.md", "a card");
  // The folder's name is not what it is.
  std::filesystem::rename(model, folder_ / "moved");
  more_ = {"--model", (folder_ / "moved").string()};
  EXPECT_THAT(go_on().errors, HasSubstr("going on after"));
  expect_same_as_uninterrupted();
}

TEST_P(ResumedJob, KnowsAnAdapterByItsBaseModel) {
  const std::filesystem::path base = folder_ / "base", adapter = folder_ / "adapter";
  std::filesystem::copy(small_model(), base, std::filesystem::copy_options::recursive);
  std::filesystem::copy(small_model(), adapter, std::filesystem::copy_options::recursive);
  std::filesystem::copy(fixture_path("adapters/plain"), adapter,
                        std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  std::filesystem::remove(adapter / "config.json");
  std::filesystem::remove(adapter / "model.safetensors");
  std::string config = read(adapter / "adapter_config.json");
  const std::string name = "\"mean\"";
  write(adapter / "adapter_config.json",
        config.replace(config.find(name), name.size(), fmt::format("\"{}\"", base.string())));
  more_ = {"--model", adapter.string()};
  break_off(SIGINT);
  const std::string before = read(base / "model.safetensors");
  std::string weights = before;
  weights.back() = static_cast<char>(weights.back() ^ 1);
  write(base / "model.safetensors", weights);
  EXPECT_THAT(run(resume(output()), texts()).errors, HasSubstr("was begun with the contents of --model"));
  write(base / "model.safetensors", before);
  EXPECT_THAT(run(resume(output()), texts()).errors, HasSubstr("going on after"));
}

TEST_P(ResumedJob, WithoutItStartsOver) {
  break_off(SIGKILL);
  const Outcome outcome = run(command(output()), texts());
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.errors, HasSubstr("starting over"));
  expect_same_as_uninterrupted();
}

TEST_P(ResumedJob, RefusesAnotherJob) {
  break_off(SIGINT);
  std::vector<std::string> other = resume(output());
  other.insert(other.end(), {"--pooling", "cls"});
  const Outcome outcome = run(other, texts());
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("was begun with --pooling null, not \"cls\""));
  EXPECT_FALSE(std::filesystem::exists(output()));
  other.insert(other.end(), {"--normalize", "--prompt-text", "query: "});
  const Outcome more = run(other, texts());
  EXPECT_EQ(more.status, 1);
  for (const char* difference :
       {"--pooling null, not \"cls\"", "--normalize false, not true", "--prompt-text null, not \"query: \""}) {
    EXPECT_THAT(more.errors, HasSubstr(difference));
  }
}

TEST_P(ResumedJob, RefusesOtherTexts) {
  break_off(SIGINT);
  std::string changed = texts();
  changed[3] = '5';
  const Outcome outcome = run(resume(output()), changed);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("are not those of the interrupted run"));
  const Outcome shorter = run(resume(output()), "1\n");
  EXPECT_EQ(shorter.status, 1);
  // The rows are still there for the right input.
  EXPECT_EQ(run(resume(output()), texts()).status, 0);
  expect_same_as_uninterrupted();
}

TEST_P(ResumedJob, GoesOnAfterAMistakeInTheInput) {
  const std::filesystem::path input = folder_ / "texts.jsonl";
  std::string right;
  for (int i = 0; i < kTexts; ++i) right += "{\"text\": \"" + std::to_string(i) + "\"}\n";
  write(input, right + "{\"txt\": 1}\n");
  std::vector<std::string> arguments = command(output());
  arguments.insert(arguments.end(), {"--input", input.string()});
  const Outcome failed = run(arguments);
  arguments.emplace_back("--resume");
  EXPECT_EQ(failed.status, 1);
  EXPECT_THAT(failed.errors, HasSubstr("texts.jsonl:4201: text is missing"));
  EXPECT_THAT(failed.errors, HasSubstr("rows are kept in"));
  EXPECT_FALSE(std::filesystem::exists(output()));
  write(input, right);
  EXPECT_EQ(run(arguments).status, 0);
  expect_same_as_uninterrupted();
}

TEST_P(ResumedJob, KeepsItsTypeAndRanges) {
  const std::string sample = (folder_ / "sample.txt").string(), other = (folder_ / "other.txt").string();
  write(sample, "one\ntwo words\nthree\n");
  write(other, "a\nb c d\n");
  more_ = {"--embedding-type", "int8", "--calibrate", sample};
  break_off(SIGINT);
  const auto refused = [&](std::vector<std::string> options) {
    more_ = std::move(options);
    return run(resume(output()), texts());
  };
  EXPECT_THAT(refused({"--embedding-type", "binary"}).errors,
              HasSubstr("was begun with --embedding-type \"int8\", not \"binary\""));
  EXPECT_THAT(refused({"--embedding-type", "int8", "--calibrate", other}).errors, HasSubstr("was begun with ranges"));
  EXPECT_FALSE(std::filesystem::exists(output()));
  more_ = {"--embedding-type", "int8", "--calibrate", sample};
  EXPECT_THAT(run(resume(output()), texts()).errors, HasSubstr("going on after"));
  expect_same_as_uninterrupted();
  EXPECT_EQ(std::filesystem::file_size(output()), 128U + 4 * kTexts);
}

INSTANTIATE_TEST_SUITE_P(Formats, Resume, testing::Values("jsonl", "npy", "tsv", "jsonl.gz", "tsv.zst"),
                         [](const auto& each) {
                           std::string name = each.param;
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

INSTANTIATE_TEST_SUITE_P(Formats, ResumedJob, testing::Values("npy"),
                         [](const auto& each) { return std::string(each.param); });

TEST(Resuming, NeedsAFile) {
  const Outcome outcome = run({"embed", "--model", small_model().string(), "x", "--resume"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("--resume needs a file"));
}

TEST(Interruption, OfStandardOutputLeavesWholeLines) {
  Process process({"embed", "--model", small_model().string()});
  process.write("some text that waits for more\n");
  ASSERT_TRUE(eventually([&] { return process.blocks(SIGINT); }));
  process.signal(SIGINT);
  const Outcome outcome = process.wait();
  EXPECT_EQ(outcome.status, kInterrupted);
  EXPECT_THAT(outcome.errors, HasSubstr("mana: interrupted"));
  EXPECT_TRUE(outcome.output.empty() || outcome.output.ends_with('\n'));
}

}  // namespace
}  // namespace mana::program
