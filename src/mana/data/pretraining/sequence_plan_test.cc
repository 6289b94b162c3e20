#include "mana/data/pretraining/sequence_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/data/pretraining/small_corpus.h"

namespace mana::data {
namespace {

std::vector<std::uint32_t> all_of(const TokenFile& file) {
  std::vector<std::uint32_t> documents(file.documents());
  std::iota(documents.begin(), documents.end(), 0U);
  return documents;
}

/// The document of each token.
std::vector<std::uint32_t> owners(const TokenFile& file) {
  std::vector<std::uint32_t> owner;
  for (std::uint32_t i = 0; i < file.documents(); ++i) owner.insert(owner.end(), file.document_tokens(i), i);
  return owner;
}

/// How often each token is in the sequences.
std::vector<int> uses(const TokenFile& file, const EpochSequences& sequences) {
  std::vector<int> count(file.tokens());
  for (const TokenRun& run : sequences.runs) {
    for (std::uint64_t i = 0; i < run.count; ++i) ++count[run.begin + i];
  }
  return count;
}

std::size_t length(std::span<const TokenRun> runs) {
  std::size_t tokens = 1;
  for (const TokenRun& run : runs) tokens += run.count + 1;
  return tokens;
}

struct Case {
  const char* name;
  DocumentLengths documents;
};

/// Corpora that are hard to pack.
std::vector<Case> cases() {
  return {
      {"books", random_lengths(20, 200)},
      {"notes", random_lengths(3000, 2)},
      {"long sentences", {{1000, 3, 500}, {1, 126, 127, 125, 62, 63}, {700, 1}}},
      {"ends that stand alone",
       {{62, 62, 62}, {62, 63, 1}, {60, 60, 1}, {1, 62, 62, 62}, {2, 2}, {1, 1}, {125, 125, 125}}},
      {"single tokens", DocumentLengths(10, std::vector<std::uint32_t>(333, 1))},
  };
}

class Sequences : public testing::TestWithParam<Packing::Form> {};

TEST_P(Sequences, HaveEveryTokenOnceAnEpoch) {
  const TemporaryFolder folder;
  for (const Case& corpus : cases()) {
    SCOPED_TRACE(corpus.name);
    const TokenFile file = random_tokens(folder / "x", corpus.documents);
    for (const std::size_t most : {8, 9, 13, 128, 129}) {
      const SequencePlan plan(file, all_of(file), {.form = GetParam(), .length = most});
      for (const std::uint64_t epoch : {0, 1, 2}) {
        const EpochSequences sequences = plan.of_epoch(5, epoch);
        const std::vector<int> count = uses(file, sequences);
        const auto once = static_cast<std::uint64_t>(std::ranges::count(count, 1));
        const auto never = static_cast<std::uint64_t>(std::ranges::count(count, 0));
        EXPECT_EQ(once, plan.tokens());
        EXPECT_EQ(never, plan.tokens_left_out());
        EXPECT_EQ(once + never, file.tokens());
        EXPECT_GE(sequences.count(), plan.least_sequences());
        for (std::size_t i = 0; i < sequences.count(); ++i) {
          EXPECT_LE(length(sequences.sequence(i)), most);
          for (const TokenRun& run : sequences.sequence(i)) EXPECT_GT(run.count, 0u);
        }
      }
    }
  }
}

TEST_P(Sequences, AreAFunctionOfSeedAndEpoch) {
  const TemporaryFolder folder;
  const TokenFile file = random_tokens(folder / "x", random_lengths(20, 20));
  const Packing packing{.form = GetParam()};
  const SequencePlan plan(file, all_of(file), packing);
  EXPECT_EQ(plan.of_epoch(1, 2).runs, SequencePlan(file, all_of(file), packing).of_epoch(1, 2).runs);
  EXPECT_NE(plan.of_epoch(1, 2).runs, plan.of_epoch(1, 3).runs);
  EXPECT_NE(plan.of_epoch(1, 2).runs, plan.of_epoch(2, 2).runs);
}

INSTANTIATE_TEST_SUITE_P(All, Sequences, testing::Values(Packing::Form::sentences, Packing::Form::pairs));

class Pairs : public testing::Test {
 protected:
  EpochSequences of_epoch(const DocumentLengths& documents, Packing packing = {}) {
    file_.emplace(random_tokens(folder_ / "x", documents));
    packing.form = Packing::Form::pairs;
    return SequencePlan(*file_, all_of(*file_), packing).of_epoch(1, 0);
  }
  std::string refusal(const DocumentLengths& documents) {
    try {
      of_epoch(documents);
    } catch (const ArgumentError& error) {
      return error.what();
    }
    return {};
  }
  TemporaryFolder folder_;
  std::optional<TokenFile> file_;
};

TEST_F(Pairs, AreTrueInHalfOfTheCasesElseOfTwoDocuments) {
  const EpochSequences sequences = of_epoch(random_lengths(200, 250));
  ASSERT_GE(file_->tokens(), 900'000u);
  const std::vector<std::uint32_t> owner = owners(*file_);
  std::size_t follow = 0;
  double lengths[2] = {}, seconds[2] = {};
  for (std::size_t i = 0; i < sequences.count(); ++i) {
    const auto runs = sequences.sequence(i);
    ASSERT_EQ(runs.size(), 2u);
    if (sequences.next[i] == 0) {
      EXPECT_EQ(runs[0].begin + runs[0].count, runs[1].begin);
      ++follow;
    } else {
      EXPECT_NE(owner[runs[0].begin], owner[runs[1].begin]);
    }
    lengths[sequences.next[i]] += static_cast<double>(length(runs));
    seconds[sequences.next[i]] += runs[1].count;
  }
  const auto count = static_cast<double>(sequences.count()), of_true = static_cast<double>(follow);
  EXPECT_NEAR(of_true / count, 0.5, 0.02);
  // Nothing about their lengths says which they are.
  EXPECT_NEAR(lengths[0] / of_true, lengths[1] / (count - of_true), 1.0);
  EXPECT_NEAR(seconds[0] / of_true, seconds[1] / (count - of_true), 1.0);
}

TEST_F(Pairs, ATenthIsShort) {
  const auto shorter = [](const EpochSequences& sequences) {
    double count = 0;
    for (std::size_t i = 0; i < sequences.count(); ++i) count += length(sequences.sequence(i)) < 80;
    return count / static_cast<double>(sequences.count());
  };
  const DocumentLengths documents = random_lengths(100, 300);
  const double without = shorter(of_epoch(documents, {.short_share = 0}));
  const double with = shorter(of_epoch(documents));
  EXPECT_LT(without, 0.02);
  EXPECT_GT(with, 0.03);
  EXPECT_LT(with, 0.12);
}

TEST_F(Pairs, AreSaidToBeImpossibleWhereTheyAre) {
  EXPECT_NE(refusal({{5}, {6}, {7}}).find("none has a next"), std::string::npos);
  EXPECT_NE(refusal({{5, 6, 7}}).find("only one document"), std::string::npos);
  EXPECT_NE(refusal({{5, 6, 7}, {3}}).find("only one document"), std::string::npos);
  EXPECT_EQ(refusal({{5, 6, 7}, {3, 4}}), "");
}

TEST(SentenceSequences, EndWithASentenceAndTakeTheNextWhereItHasRoom) {
  const TemporaryFolder folder;
  const TokenFile file = random_tokens(folder / "x", {{10, 10, 10, 3}});
  const EpochSequences sequences = SequencePlan(file, {0}, {.length = 24}).of_epoch(1, 0);
  std::vector<std::uint32_t> counts;
  for (const TokenRun& run : sequences.runs) counts.push_back(run.count);
  std::ranges::sort(counts);
  EXPECT_EQ(counts, (std::vector<std::uint32_t>{13, 20}));
}

TEST(SentenceSequences, MarkTheEndOfADocument) {
  const TemporaryFolder folder;
  const TokenFile file = random_tokens(folder / "x", {{3}, {4}, {5}});
  const EpochSequences sequences = SequencePlan(file, {0, 1, 2}, {.length = 16}).of_epoch(1, 0);
  EXPECT_EQ(sequences.count(), 1u);
  EXPECT_EQ(sequences.runs.size(), 3u);  // [CLS] and three [SEP]
}

TEST(SentenceSequences, NeedDocumentsAndRoom) {
  const TemporaryFolder folder;
  const TokenFile file = random_tokens(folder / "x", {{3}});
  EXPECT_THROW(SequencePlan(file, {}, {}), ArgumentError);
  EXPECT_THROW(SequencePlan(file, {0}, {.length = 7}), ArgumentError);
  EXPECT_THROW(SequencePlan(file, {0}, {.short_share = 2}), ArgumentError);
}

}  // namespace
}  // namespace mana::data
