#include "mana/data/pretraining/masked_batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/data/pretraining/small_corpus.h"

namespace mana::data {
namespace {

using testing::HasSubstr;

class Batches : public testing::TestWithParam<Packing::Form> {
 protected:
  MaskedBatchOptions options(std::uint64_t seed = 1) const {
    return {.packing = {.form = GetParam()}, .batch_tokens = 1024, .held_out = 0.2, .seed = seed};
  }
  TemporaryFolder folder_;
  text::Tokenizer tokenizer_ = word_tokenizer();
  MaskVocabulary vocabulary_{tokenizer_};
  TokenFile file_ = random_tokens(folder_ / "x", random_lengths(40, 40));
};

TEST_P(Batches, HaveTheFormThatTheyPromise) {
  const MaskedBatches batches(file_, vocabulary_, options());
  const bool pairs = GetParam() == Packing::Form::pairs;
  std::size_t tokens = 0;
  for (std::size_t place = 0; place < batches.steps(); ++place) {
    const MaskedBatch batch = batches.batch(3, place);
    ASSERT_GE(batch.offsets.size(), 2u);
    EXPECT_EQ(batch.offsets.front(), 0u);
    EXPECT_EQ(batch.offsets.back(), batch.ids.size());
    EXPECT_NEAR(static_cast<double>(batch.ids.size()), 1024, 300);
    EXPECT_EQ(batch.type_ids.size(), pairs ? batch.ids.size() : 0);
    EXPECT_EQ(batch.next.size(), pairs ? batch.offsets.size() - 1 : 0);
    EXPECT_EQ(batch.chosen.size(), batch.originals.size());
    EXPECT_TRUE(std::ranges::is_sorted(batch.chosen));
    for (std::size_t i = 0; i + 1 < batch.offsets.size(); ++i) {
      const auto ids = std::span(batch.ids).subspan(batch.offsets[i], batch.offsets[i + 1] - batch.offsets[i]);
      EXPECT_LE(ids.size(), 128u);
      EXPECT_EQ(ids.front(), vocabulary_.begin());
      EXPECT_EQ(ids.back(), vocabulary_.separator());
      tokens += ids.size() - 1 - static_cast<std::size_t>(std::ranges::count(ids, vocabulary_.separator()));
      if (!pairs) continue;
      const auto types = std::span(batch.type_ids).subspan(batch.offsets[i], ids.size());
      EXPECT_TRUE(std::ranges::is_sorted(types));
      // A ends with its [SEP].
      const auto second = static_cast<std::size_t>(std::ranges::find(types, 1) - types.begin());
      ASSERT_LT(second, ids.size());
      EXPECT_EQ(ids[second - 1], vocabulary_.separator());
    }
  }
  EXPECT_EQ(tokens, batches.tokens());
}

TEST_P(Batches, AreAFunctionOfSeedEpochAndPlace) {
  const MaskedBatches one(file_, vocabulary_, options());
  const MaskedBatches other(file_, vocabulary_, options());
  const MaskedBatch batch = one.batch(2, 5);
  for (const std::uint64_t epoch : {7, 0, 2, 9}) (void)other.batch(epoch, 1);  // in any order
  EXPECT_EQ(other.batch(2, 5), batch);
  EXPECT_NE(one.batch(3, 5), batch);
  EXPECT_NE(one.batch(2, 6), batch);
  EXPECT_NE(MaskedBatches(file_, vocabulary_, options(2)).batch(2, 5), batch);
}

TEST_P(Batches, AreTheSameOnAnyThread) {
  const MaskedBatches batches(file_, vocabulary_, options());
  const std::size_t steps = batches.steps();
  std::vector<MaskedBatch> expected, found(4 * steps);
  expected.reserve(found.size());
  for (std::size_t i = 0; i < found.size(); ++i) expected.push_back(batches.batch(i / steps, i % steps));
  const MaskedBatches shared(file_, vocabulary_, options());
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (std::size_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t i = thread; i < found.size(); i += 4) found[i] = shared.batch(i / steps, i % steps);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(found, expected);
}

TEST_P(Batches, HideOtherTokensInEveryEpoch) {
  // One sequence, so that nothing but the masks can differ.
  const TokenFile file = random_tokens(folder_ / "one", {{60, 50}, {2, 3}});
  MaskedBatchOptions options{.packing = {.length = 128}, .held_out = 0};
  const MaskedBatches batches(file, vocabulary_, options);
  EXPECT_NE(batches.batch(0, 0).chosen, batches.batch(1, 0).chosen);
}

TEST_P(Batches, HeldOutAreAlwaysTheSameAndNeverTrainedOn) {
  const MaskedBatches held_out(file_, vocabulary_, options(), CorpusSide::held_out);
  const MaskedBatches other_seed(file_, vocabulary_, options(7), CorpusSide::held_out);
  ASSERT_EQ(held_out.steps(), other_seed.steps());
  for (std::size_t place = 0; place < held_out.steps(); ++place) {
    EXPECT_EQ(held_out.batch(0, place), held_out.batch(4, place));
    EXPECT_EQ(held_out.batch(0, place), other_seed.batch(1, place));
  }
  const MaskedBatches training(file_, vocabulary_, options());
  const auto sum = [](const MaskedBatches& side) { return side.tokens() + side.tokens_left_out(); };
  EXPECT_EQ(sum(training) + sum(held_out), file_.tokens());
}

TEST_P(Batches, OfACorpusThatIsSmallerThanOneAreOne) {
  const TokenFile file = random_tokens(folder_ / "small", {{3, 4}, {5, 6}});
  MaskedBatchOptions small = options();
  small.held_out = 0;
  const MaskedBatches batches(file, vocabulary_, small);
  EXPECT_EQ(batches.steps(), 1u);
  EXPECT_GT(batches.batch(0, 0).ids.size(), 18u);
}

TEST_P(Batches, WhatCannotBeIsSaid) {
  const auto refusal = [&](const TokenFile& file, const MaskedBatchOptions& wanted,
                           CorpusSide side = CorpusSide::training) -> std::string {
    try {
      const MaskedBatches batches(file, vocabulary_, wanted, side);
    } catch (const ArgumentError& error) {
      return error.what();
    }
    return {};
  };
  const TokenFile one = random_tokens(folder_ / "one", {{30, 40, 50}});
  const bool pairs = GetParam() == Packing::Form::pairs;
  EXPECT_NE(refusal(one, options()).find(pairs ? "only one document has two" : "has 1 document, too few"),
            std::string::npos);
  MaskedBatchOptions wrong = options();
  wrong.held_out = 0;
  EXPECT_EQ(refusal(one, wrong).empty(), !pairs);
  EXPECT_NE(refusal(file_, wrong, CorpusSide::held_out).find("no document is held out"), std::string::npos);
  wrong.held_out = 1;
  EXPECT_NE(refusal(file_, wrong).find("`held_out` is 1"), std::string::npos);
  wrong = options();
  wrong.batch_tokens = 127;
  EXPECT_NE(refusal(file_, wrong).find("`batch_tokens` is 127"), std::string::npos);
  const TokenFile larger = random_tokens(folder_ / "larger", random_lengths(40, 40), 501);
  EXPECT_NE(refusal(larger, options()).find("vocabulary of 501, not of 500"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, Batches, testing::Values(Packing::Form::sentences, Packing::Form::pairs));

class PairsHeldOut : public testing::Test {
 protected:
  /// Of a corpus with so many documents of two sentences, each behind nine of one.
  MaskedBatches batches(std::size_t documents, double share, CorpusSide side = CorpusSide::training) {
    DocumentLengths lengths;
    lengths.reserve(10 * documents);
    for (std::size_t i = 0; i < documents; ++i) {
      lengths.insert(lengths.end(), 9, {7});
      lengths.push_back({8, 9});
    }
    file_.emplace(random_tokens(folder_ / "x", lengths));
    return {
        *file_, vocabulary_, {.packing = {.form = Packing::Form::pairs}, .batch_tokens = 128, .held_out = share}, side};
  }
  std::string refusal(std::size_t documents, double share, CorpusSide side = CorpusSide::training) {
    try {
      batches(documents, share, side);
    } catch (const ArgumentError& error) {
      return error.what();
    }
    return {};
  }

  TemporaryFolder folder_;
  text::Tokenizer tokenizer_ = word_tokenizer();
  MaskVocabulary vocabulary_{tokenizer_};
  std::optional<TokenFile> file_;
};

TEST_F(PairsHeldOut, AreAShareOfTheDocumentsThatHaveSome) {
  const MaskedBatches held_out = batches(20, 0.1, CorpusSide::held_out);
  EXPECT_EQ(held_out.documents(), 2u);
  EXPECT_EQ(held_out.tokens_left_out(), 0u);
  const MaskedBatches training = batches(20, 0.1);
  EXPECT_EQ(training.documents(), 18u);
  EXPECT_EQ(training.tokens_left_out(), 20u * 9 * 7);
}

TEST_F(PairsHeldOut, ASideWithoutPairsIsRefusedForThat) {
  EXPECT_EQ(refusal(4, 0.01), "");
  for (const CorpusSide side : {CorpusSide::training, CorpusSide::held_out}) {
    EXPECT_THAT(refusal(3, 0.01, side), HasSubstr("has 3 documents of two sentences or more; 2 are held out, which "
                                                  "leaves 1"));
    EXPECT_THAT(refusal(10, 0.9, side), HasSubstr("9 are held out, which leaves 1"));
    EXPECT_THAT(refusal(1, 0.1, side), HasSubstr("only one document has two sentences"));
  }
  EXPECT_EQ(refusal(3, 0), "");
}

TEST(HeldOut, IsAMatterOfTheDocumentAlone) {
  const TemporaryFolder folder;
  DocumentLengths lengths = random_lengths(100, 5);
  const TokenFile file = random_tokens(folder / "x", lengths);
  const auto held_out = documents_of(file, CorpusSide::held_out, 0.1, 1);
  EXPECT_EQ(held_out.size(), 10u);
  EXPECT_EQ(documents_of(file, CorpusSide::training, 0.1, 1).size(), 90u);
  std::uint64_t largest = 0;
  for (const std::uint32_t i : held_out) largest = std::max(largest, file.document_sums()[i]);
  for (const std::uint32_t i : documents_of(file, CorpusSide::training, 0.1, 1)) {
    EXPECT_GT(file.document_sums()[i], largest);
  }
  EXPECT_EQ(documents_of(file, CorpusSide::held_out, 0.001, 2).size(), 2u);
  EXPECT_EQ(documents_of(file, CorpusSide::held_out, 0, 2).size(), 0u);
}

}  // namespace
}  // namespace mana::data
