// What is recorded of attention is what attention multiplies its values by.
#include "mana/nn/recording.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "mana/nn/test_layers.h"

namespace mana::nn {
namespace {

using kernels::Reach;

constexpr std::size_t kHeads = 4, kKeyHeads = 2, kWidth = 6, kQ = kHeads * kWidth, kK = kKeyHeads * kWidth;

class RecordingTest : public testing::TestWithParam<kernels::Isa> {
 protected:
  Tensor tensor(std::size_t rows, std::size_t columns, unsigned seed) {
    const std::vector<float> values = random_values(rows * columns, seed);
    Tensor x = pool.tensor(rows, columns);
    std::ranges::transform(values, x.data(), [](float value) { return 4 * value; });
    return x;
  }

  const kernels::Table& kernels = kernels::table(GetParam(), kernels::Precision::f32);
  Pool pool;
  nn::Run run{kernels, pool};
  AttentionRecord record;
};

TEST_P(RecordingTest, WeightsTimesValuesAreWhatAttentionGives) {
  const std::vector<std::uint32_t> offsets = {0, 1, 18, 30};
  const Tensor qkv = tensor(30, kQ + 2 * kK, 1), bias = tensor(kHeads * 17, 17, 2);
  for (const Reach& reach : {Reach::all(), Reach::causal(), Reach::band(2), Reach::causal_band(4)}) {
    for (const Tensor* added : {static_cast<const Tensor*>(nullptr), &bias}) {
      const QueryKeyValue<Tensor> from{{qkv, 0, kQ}, {qkv, kQ, kK}, {qkv, kQ + kK, kK}, added};
      const AttentionShape shape{{offsets}, {offsets}, kHeads, kKeyHeads, reach};
      record.clear();
      const Tensor mixed = attend(Recording(run, record), from, shape), plain = attend(run, from, shape);
      ASSERT_EQ(record.size(), 1);
      ASSERT_EQ(record[0].size(), 3);
      for (std::size_t text = 0; text < 3; ++text) {
        const AttentionWeights& p = record[0][text];
        ASSERT_EQ(p.keys, offsets[text + 1] - offsets[text]);
        for (std::size_t row = 0; row < p.heads * p.queries; ++row) {
          const std::size_t head = row / p.queries, query = row % p.queries;
          const std::span<const float> weights = p.row(head, query);
          EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1, 1e-6);
          for (std::size_t key = 0; key < p.keys; ++key) {
            if (!reach.of(query, p.keys).has(key)) {
              EXPECT_EQ(weights[key], 0);
            }
          }
          for (std::size_t c = 0; c < kWidth; ++c) {
            const std::size_t column = kQ + kK + head / (kHeads / kKeyHeads) * kWidth + c;
            double sum = 0;
            for (std::size_t key = 0; key < p.keys; ++key) {
              sum += double{weights[key]} * qkv.row(offsets[text] + key)[column];
            }
            ASSERT_NEAR(mixed.row(offsets[text] + query)[head * kWidth + c], sum, 1e-5) << head << ' ' << query;
          }
        }
      }
      for (std::size_t i = 0; i < 30; ++i) EXPECT_TRUE(std::ranges::equal(mixed.row(i), plain.row(i)));
    }
  }
}

TEST_P(RecordingTest, ATeamOfThreadsRecordsTheSameBits) {
  const std::vector<std::uint32_t> queries = {0, 5, 14}, keys = {0, 11, 13};
  const Tensor q = tensor(14, kQ, 1), kv = tensor(13, 2 * kK, 2);
  const QueryKeyValue<Tensor> from{{q, 0, kQ}, {kv, 0, kK}, {kv, kK, kK}};
  const AttentionShape shape{{queries}, {keys}, kHeads, kKeyHeads};
  Team team(3);
  attend(Recording(run, record), from, shape);
  attend(Recording({kernels, pool, &team}, record), from, shape);
  for (std::size_t text = 0; text < 2; ++text) EXPECT_EQ(record[0][text].values, record[1][text].values);
}

TEST_P(RecordingTest, KernelsThatRoundAreRefused) {
  if (!kernels::available(kernels::Precision::bf16, GetParam())) GTEST_SKIP() << "no bf16 here";
  const nn::Run rounding{kernels::table(GetParam(), kernels::Precision::bf16), pool};
  if (!rounding.kernels.rounds()) GTEST_SKIP() << "the definitions take values whatever the precision";
  EXPECT_THROW(Recording(rounding, record), std::logic_error);
}

INSTANTIATE_TEST_SUITE_P(Levels, RecordingTest, testing::ValuesIn(kernels::available_isas()),
                         [](const auto& level) { return std::string(kernels::name_of(level.param)); });

}  // namespace
}  // namespace mana::nn
