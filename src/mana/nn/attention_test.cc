// What attention promises above its kernels: texts that know nothing of each other, a decoder's steps that are its
// whole pass, columns wherever they stand, and gradients of all that it is computed from.
#include "mana/nn/attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "amx_emulator/levels.h"
#include "mana/nn/cached_attention.h"
#include "mana/nn/test_layers.h"

namespace mana::nn {
namespace {

using kernels::Reach;

constexpr std::size_t kModel = 24, kHeads = 4, kKeyHeads = 2, kHeadWidth = kModel / kHeads;
constexpr std::size_t kProjected = (kHeads + 2 * kKeyHeads) * kHeadWidth;

class AttentionLayerTest : public testing::TestWithParam<Level> {
 protected:
  Tensor rows(const std::vector<float>& values, std::size_t first, std::size_t count) {
    Tensor x = pool.tensor(count, kModel);
    std::copy_n(values.data() + first * kModel, count * kModel, x.data());
    return x;
  }
  static std::vector<float> row(const Tensor& x, std::size_t index) {
    return {x.row(index).begin(), x.row(index).end()};
  }
  SelfAttention self_attention(const Reach& reach) const {
    return {.query_key_value = random_linear(kernels, kProjected, kModel, 1),
            .output = random_linear(kernels, kModel, kModel, 3),
            .heads = kHeads,
            .key_heads = kKeyHeads,
            .reach = reach};
  }
  static TokenBatch batch(const std::vector<std::int32_t>& ids, const std::vector<std::uint32_t>& offsets) {
    return {.ids = ids, .type_ids = {}, .offsets = offsets};
  }

  const kernels::Table& kernels = kernels::table(GetParam().first, GetParam().second);
  Pool pool;
  nn::Run run{kernels, pool};
};

TEST_P(AttentionLayerTest, ATextInABatchHasTheBitsOfTheTextAlone) {
  const std::vector<float> values = random_values(60 * kModel, 11);
  const std::vector<std::uint32_t> offsets = {0, 1, 18, 18, 60};
  const std::vector<std::int32_t> ids(60);
  Team team(3);
  for (const Reach& reach : {Reach::all(), Reach::causal(), Reach::band(2), Reach::causal_band(4)}) {
    const SelfAttention layer = self_attention(reach);
    const Tensor together = layer(nn::Run{kernels, pool, &team}, rows(values, 0, 60), batch(ids, offsets));
    for (std::size_t text = 0; text + 1 < offsets.size(); ++text) {
      const std::uint32_t length = offsets[text + 1] - offsets[text];
      const std::vector<std::int32_t> own(length);
      const Tensor alone = layer(run, rows(values, offsets[text], length), batch(own, {0, length}));
      for (std::size_t i = 0; i < length; ++i) EXPECT_EQ(row(together, offsets[text] + i), row(alone, i));
    }
  }
}

TEST_P(AttentionLayerTest, CrossAttentionOfATextInABatchHasTheBitsOfTheTextAlone) {
  const CrossAttention layer{.query = random_linear(kernels, kModel, kModel, 1),
                             .key_value = random_linear(kernels, 2 * kKeyHeads * kHeadWidth, kModel, 2),
                             .output = random_linear(kernels, kModel, kModel, 3),
                             .heads = kHeads,
                             .key_heads = kKeyHeads};
  const std::vector<float> x = random_values(30 * kModel, 11), memory = random_values(50 * kModel, 12);
  const std::vector<std::uint32_t> queries = {0, 1, 12, 30}, keys = {0, 20, 24, 50};
  const Tensor together = layer(run, rows(x, 0, 30), {queries}, rows(memory, 0, 50), {keys});
  for (std::size_t text = 0; text < 3; ++text) {
    const std::vector<std::uint32_t> length = {0, queries[text + 1] - queries[text]},
                                     read = {0, keys[text + 1] - keys[text]};
    const Tensor alone =
        layer(run, rows(x, queries[text], length[1]), {length}, rows(memory, keys[text], read[1]), {read});
    for (std::size_t i = 0; i < length[1]; ++i) EXPECT_EQ(row(together, queries[text] + i), row(alone, i));
  }
}

// Four times as long queries over √16, and the queries themselves over 1: the same scores, since 4 is a power of two.
TEST_P(AttentionLayerTest, ScoresAreDividedByWhatTheShapeSays) {
  constexpr std::size_t kRows = 9, kColumns = 32, kTwoHeads = 2;
  const auto filled = [&](int seed, float by) {
    const std::vector<float> values = random_values(kRows * kColumns, seed);
    Tensor x = pool.tensor(kRows, kColumns);
    std::ranges::transform(values, x.data(), [&](float value) { return by * value; });
    return x;
  };
  const Tensor q = filled(1, 1), four = filled(1, 4), k = filled(2, 1), v = filled(3, 1);
  const std::vector<std::uint32_t> offsets = {0, 4, kRows};
  const auto attended = [&](const Tensor& queries, std::optional<float> divisor) {
    return operations::attend(run, {{queries, 0, kColumns}, {k, 0, kColumns}, {v, 0, kColumns}},
                              {.queries = {offsets}, .keys = {offsets}, .heads = kTwoHeads, .divisor = divisor});
  };
  const Tensor plain = attended(four, std::nullopt), undivided = attended(q, 1.0f), divided = attended(q, std::nullopt);
  for (std::size_t i = 0; i < kRows; ++i) {
    EXPECT_EQ(row(undivided, i), row(plain, i));
    EXPECT_NE(row(divided, i), row(plain, i));
  }
}

TEST_P(AttentionLayerTest, StepsOverACacheAreTheWholePass) {
  constexpr std::uint32_t kLength = 70;  // more than a cache has room for at first
  const std::vector<float> values = random_values(2 * kLength * kModel, 11);
  const std::vector<std::int32_t> ids(2 * kLength);
  for (const Reach& reach : {Reach::causal(), Reach::causal_band(9)}) {
    const SelfAttention layer = self_attention(reach);
    const Tensor whole = layer(run, rows(values, 0, 2 * kLength), batch(ids, {0, kLength, 2 * kLength}));
    const CachedAttention step{layer};
    KeyValues past(run, 2, {kKeyHeads, kHeadWidth, kHeadWidth});
    // Texts that are not equally far: the first begins with 5 tokens, the second with 3, and after the tenth step they
    // change places.
    std::array<std::uint32_t, 2> text = {0, 1}, done = {0, 0};
    for (std::size_t turn = 0; done[0] < kLength && done[1] < kLength; ++turn) {
      const std::array<std::uint32_t, 2> counts = {turn == 0 ? 5U : 1U, turn == 0 ? 3U : 1U};
      const std::vector<std::uint32_t> offsets = {0, counts[0], counts[0] + counts[1]};
      std::vector<float> next;
      for (std::size_t s = 0; s < 2; ++s) {
        const auto from = values.begin() + (text[s] * kLength + done[s]) * kModel;
        next.insert(next.end(), from, from + counts[s] * kModel);
      }
      const Tensor y = step(run, rows(next, 0, offsets[2]), {offsets}, past);
      for (std::size_t s = 0; s < 2; ++s) {
        for (std::size_t i = 0; i < counts[s]; ++i) {
          ASSERT_EQ(row(y, offsets[s] + i), row(whole, text[s] * kLength + done[s] + i)) << "turn " << turn;
        }
        done[s] += counts[s];
        ASSERT_EQ(past.length(s), done[s]);
      }
      if (turn == 10) {
        past.reorder(run, std::array<std::uint32_t, 2>{1, 0});
        std::swap(text[0], text[1]);
        std::swap(done[0], done[1]);
      }
    }
  }
}

TEST_P(AttentionLayerTest, ABeamGoesOnFromACopy) {
  const std::vector<float> values = random_values(12 * kModel, 11);
  const std::vector<std::uint32_t> ten = {0, 10}, ones = {0, 1, 2, 3};
  const SelfAttention layer = self_attention(Reach::causal());
  const CachedAttention step{layer};
  KeyValues past(run, 1, {kKeyHeads, kHeadWidth, kHeadWidth});
  step(run, rows(values, 0, 10), {ten}, past);
  past.reorder(run, std::array<std::uint32_t, 3>{0, 0, 0});
  ASSERT_EQ(past.sequences(), 3);
  Tensor next = pool.tensor(3, kModel);
  for (std::size_t s = 0; s < 3; ++s)
    std::copy_n(values.data() + (s == 1 ? 11 : 10) * kModel, kModel, next.row(s).data());
  const Tensor y = step(run, next, {ones}, past);
  EXPECT_EQ(row(y, 0), row(y, 2));
  EXPECT_NE(row(y, 0), row(y, 1));
  const std::vector<std::int32_t> ids(11);
  const Tensor whole = layer(run, rows(values, 0, 11), batch(ids, {0, 11}));
  EXPECT_EQ(row(y, 0), row(whole, 10));
}

TEST_P(AttentionLayerTest, SequencesThatComeLaterAndThoseThatGoChangeNoOther) {
  const std::vector<float> values = random_values(40 * kModel, 11);
  const SelfAttention layer = self_attention(Reach::causal());
  const CachedAttention step{layer};
  KeyValues past = step.begin(run, 2), later = step.begin(run, 1);
  step(run, rows(values, 0, 12), {std::vector<std::uint32_t>{0, 5, 12}}, past);
  step(run, rows(values, 12, 20), {std::vector<std::uint32_t>{0, 20}}, later);  // longer than all before
  past.add(run, later);
  ASSERT_EQ(past.sequences(), 3);
  past.reorder(run, std::array<std::uint32_t, 4>{2, 1, 2, 1});  // the first goes, the others go on twice
  Tensor next = pool.tensor(4, kModel);
  for (std::size_t s = 0; s < 4; ++s) std::copy_n(values.data() + (32 + s) * kModel, kModel, next.row(s).data());
  const Tensor y = step(run, next, {std::vector<std::uint32_t>{0, 1, 2, 3, 4}}, past);
  for (std::size_t s = 0; s < 4; ++s) {
    const std::size_t first = s % 2 == 0 ? 12 : 5;
    const std::uint32_t length = s % 2 == 0 ? 20 : 7;
    std::vector<float> text(values.begin() + static_cast<std::ptrdiff_t>(first * kModel),
                            values.begin() + static_cast<std::ptrdiff_t>((first + length) * kModel));
    text.insert(text.end(), next.row(s).begin(), next.row(s).end());
    const std::vector<std::int32_t> ids(length + 1);
    const Tensor whole = layer(run, rows(text, 0, length + 1), batch(ids, {0, length + 1}));
    EXPECT_EQ(row(y, s), row(whole, length)) << "sequence " << s;
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, AttentionLayerTest, testing::ValuesIn(amx_emulator::tested_levels()),
                         [](const auto& level) {
                           return std::string(kernels::name_of(level.param.first)) + "_" +
                                  std::string(kernels::name_of(level.param.second));
                         });

/// Gradients of attend() itself, by every value that it is computed from.
class AttendGradientTest : public testing::TestWithParam<kernels::Isa> {
 protected:
  Tensor tensor(std::size_t rows, std::size_t columns, const std::vector<float>& values) {
    Tensor x = pool.tensor(rows, columns);
    std::copy(values.begin(), values.end(), x.data());
    return x;
  }
  Pool pool;
  nn::Run run{kernels::table(GetParam()), pool};
};

TEST_P(AttendGradientTest, FollowsWhatWasMeasured) {
  constexpr std::size_t kQueries = 9, kKeys = 12, kLongest = 7, kPlaces = 7;
  const std::vector<std::uint32_t> query_offsets = {0, 4, 9}, key_offsets = {0, 5, 12};
  // K and V stand in one matrix, behind and before columns that are nobody's.
  const std::array<std::size_t, 3> columns = {kHeads * 3, 1 + 2 * 3 + 2 * 5 + 2, kLongest};
  const std::array<std::size_t, 3> heights = {kQueries, kKeys, kHeads * kPlaces};
  std::array<std::vector<float>, 3> values;
  for (unsigned i = 0; i < 3; ++i) values[i] = random_values(heights[i] * columns[i], 20 + i);
  const std::vector<float> direction = random_values(kQueries * kHeads * 5, 30);
  for (const Reach& reach : {Reach::all(), Reach::causal(), Reach::causal_band(1)}) {
    for (const float probability : {0.0f, 0.25f}) {
      const AttentionShape shape{{query_offsets}, {key_offsets}, kHeads, 2, reach};
      const TrainedParts parts;
      const auto pass = [&](const auto& at, const auto& use) {
        autograd::Tape tape(run);
        Masks masks;
        masks.attention = probability;
        const Training training{tape, parts, masks};
        std::array<Variable, 3> x;
        for (std::size_t i = 0; i < 3; ++i) x[i] = tape.leaf(tensor(heights[i], columns[i], at[i]));
        const Variable y = attend(training, {{x[0], 0, kHeads * 3}, {x[1], 1, 6}, {x[1], 7, 10}, &x[2]}, shape);
        use(tape, x, y);
      };
      const auto loss = [&](const std::array<std::vector<float>, 3>& at) {
        double sum = 0;
        pass(at, [&](autograd::Tape&, const auto&, const Variable& y) {
          for (std::size_t i = 0; i < direction.size(); ++i) sum += double{direction[i]} * y.value().data()[i];
        });
        return sum;
      };
      pass(values, [&](autograd::Tape& tape, const auto& x, const Variable& y) {
        tape.backward(y, tensor(kQueries, kHeads * 5, direction));
        for (std::size_t input = 0; input < 3; ++input) {
          for (std::size_t i = 0; i < values[input].size(); ++i) {
            auto above = values, below = values;
            above[input][i] += 0.02f, below[input][i] -= 0.02f;
            const double width = double{above[input][i]} - below[input][i];
            ASSERT_NEAR(x[input].gradient().data()[i], (loss(above) - loss(below)) / width, 2e-3)
                << "input " << input << " at " << i;
          }
        }
      });
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, AttendGradientTest, testing::ValuesIn(kernels::available_isas()),
                         [](const auto& level) { return std::string(kernels::name_of(level.param)); });

}  // namespace
}  // namespace mana::nn
