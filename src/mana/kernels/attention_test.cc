// Attention at every level against its definition in double, over lengths, widths, reaches and values, and with bits
// that depend on nothing but what a query sees.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "amx_emulator/levels.h"
#include "mana/kernels/test_attention.h"
#include "tests/support/sanitized.h"

namespace mana::kernels {
namespace {

/// Every level in every precision.
class AttentionTest : public testing::TestWithParam<std::pair<Isa, Precision>> {
 protected:
  const Table& kernels = table(GetParam().first, GetParam().second);
  const bool in_bf16 = kernels.rounds() || kernels.precision == Precision::bf16;

  double tolerance(const AttentionCase& shape) const {
    if (in_bf16) {
      // A numerator near the middle of two bf16 numbers may become either, each 2⁻⁸ of it from the other, and together
      // they do so at random; the quick exponential adds 1e-4.
      const auto seen = static_cast<double>(std::min({shape.keys, shape.reach.before, shape.reach.after}));
      return shape.spread * (2e-4 + 4 * std::pow(2.0, -8) / std::sqrt(1.0 + seen));
    }
    // A score of size s carries an error of about s · 1e-7, which the exponential hands on to the weights.
    return 3e-6 * (1 + shape.spread * shape.spread * shape.spread * std::sqrt(static_cast<double>(shape.head_width)));
  }

  void check(const AttentionCase& shape) const {
    AttentionData data(shape);
    const std::vector<float> out = data.attend(kernels, shape.heads);
    ASSERT_EQ(data.attend(kernels, 1), out) << "head by head, " << shape;
    ASSERT_TRUE(data.untouched) << shape;
    const std::vector<double> expected = in_bf16 ? data.defined(reference::RoundToBf16()) : data.defined();
    for (std::size_t i = 0; i < out.size(); ++i)
      ASSERT_NEAR(out[i], expected[i], tolerance(shape)) << shape << ", " << i;
  }
  static AttentionCase self(std::size_t length, std::size_t heads, std::size_t width, float spread = 1) {
    return {.queries = length, .keys = length, .heads = heads, .head_width = width, .spread = spread};
  }
};

TEST_P(AttentionTest, EqualsItsDefinition) {
  for (std::size_t length = 1; length <= 70; length += kSanitized ? 5 : 1) check(self(length, 2, 8));
  for (std::size_t width = 1; width <= 70; width += kSanitized ? 5 : 1) check(self(5, 2, width));
  for (const std::size_t width : {24, 32, 48, 64}) check(self(37, 3, width));
  check(self(0, 2, 8));
  check(self(128, 2, 32));
  if (kernels.isa != Isa::portable) check(self(512, 1, 64));
}

TEST_P(AttentionTest, EqualsItsDefinitionInEveryReach) {
  for (const AttentionCase& shape : cases_of_reach()) check(shape);
}

TEST_P(AttentionTest, AStepIsTheLastRowOfTheWholePass) {
  const std::size_t length = 75;
  for (const Reach& reach : {Reach::causal(), Reach::causal_band(3), Reach::causal_band(40), Reach::band(2)}) {
    for (const bool bias : {false, true}) {
      AttentionCase shape{.queries = length, .keys = length, .heads = 4, .key_heads = 2, .reach = reach, .bias = bias};
      AttentionData whole(shape), one({.queries = 1, .keys = length, .heads = 4, .key_heads = 2});
      const std::vector<float> out = whole.attend(kernels, 4);
      const std::size_t width = whole.shape.heads * whole.shape.value_width;
      for (std::size_t i = 0; i < length; ++i) {
        // So many keys are there by then: all that the query sees, and none behind.
        const std::size_t keys = reach.of(i, length).last;
        AttentionCall step = whole.call(kernels);
        step.q.row += i;
        step.queries = 1;
        step.keys = keys;
        step.reach.offset = i;
        if (bias) step.bias.first += i * step.bias.query_stride;
        ASSERT_EQ(one.attend(kernels, step, 4),
                  std::vector<float>(out.data() + i * width, out.data() + (i + 1) * width))
            << "query " << i << ", bias " << bias;
      }
    }
  }
}

TEST_P(AttentionTest, TheWholeReachHasTheBitsOfAll) {
  for (const std::size_t length : {1, 20, 70}) {
    AttentionData all({.queries = length, .keys = length}),
        far({.queries = length, .keys = length, .reach = Reach::band(length)}),
        last({.queries = length, .keys = length, .reach = Reach::causal()});
    const std::vector<float> out = all.attend(kernels, 2), causal = last.attend(kernels, 2);
    EXPECT_EQ(far.attend(kernels, 2), out);
    EXPECT_TRUE(std::equal(out.end() - 16, out.end(), causal.end() - 16));
  }
}

TEST_P(AttentionTest, AKeyOutOfReachAddsNothing) {
  constexpr std::size_t kLength = 70, kBroken = 41, kWidth = 16;
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  for (const Reach& reach : {Reach::causal(), Reach::band(3), Reach::causal_band(5)}) {
    AttentionData data({.queries = kLength, .keys = kLength, .reach = reach});
    const std::vector<float> sound = data.attend(kernels, 2);
    data.k.row(kBroken)[0] = kNone;
    data.v.row(kBroken)[9] = kNone;
    data.v.row(kBroken)[3] = std::numeric_limits<float>::infinity();
    const std::vector<float> out = data.attend(kernels, 2);
    for (std::size_t i = 0; i < kLength; ++i) {
      const KeyRange seen = reach.of(i, kLength);
      for (std::size_t c = 0; c < kWidth; ++c) {
        if (!seen.has(kBroken)) {
          ASSERT_EQ(out[i * kWidth + c], sound[i * kWidth + c]) << "query " << i;
        } else if (c < 8) {  // all of the first head, whose key it is
          ASSERT_TRUE(std::isnan(out[i * kWidth + c])) << "query " << i;
        }
      }
    }
  }
}

TEST_P(AttentionTest, InF32BitsDoNotDependOnWhereTheSeenKeysStand) {
  if (in_bf16) return;  // it sums pairs of keys
  constexpr std::size_t kLength = 60;
  AttentionData data({.queries = kLength, .keys = kLength, .reach = Reach::causal_band(7)}),
      one({.queries = 1, .keys = 8});
  const std::vector<float> out = data.attend(kernels, 2);
  for (std::size_t i = 7; i < kLength; ++i) {
    AttentionCall step = data.call(kernels);  // all that it does not see has been forgotten
    step.q.row += i, step.k.row += i - 7, step.v.row += i - 7;
    step.queries = 1, step.keys = 8;
    step.reach = Reach::all();
    ASSERT_EQ(one.attend(kernels, step, 2), std::vector<float>(out.data() + i * 16, out.data() + (i + 1) * 16)) << i;
  }
}

TEST_P(AttentionTest, SurvivesExtremeScores) {
  if (!in_bf16) check(self(33, 2, 16, 10.0f));
  // One key stands far above the others, by more than an exponential of f32 can hold: it takes all the weight.
  for (const Reach& reach : {Reach::all(), Reach::causal_band(30)}) {
    for (const float size : {100.0f, 1e8f, 1e15f}) {
      AttentionData data({.queries = 40, .keys = 40, .heads = 1, .head_width = 4, .reach = reach});
      data.v.fill(rounded_to_bf16(data.v.values()));
      for (std::size_t t = 0; t < 40; ++t) {
        std::fill_n(data.q.row(t), 4, size);
        std::fill_n(data.k.row(t), 4, t == 7 ? size : -size);
      }
      const std::vector<float> out = data.attend(kernels, 1);
      for (std::size_t t = 7; t < 37; ++t) {
        for (std::size_t c = 0; c < 4; ++c) EXPECT_NEAR(out[t * 4 + c], data.v.row(7)[c], in_bf16 ? 1e-4 : 0) << size;
      }
    }
  }
}

TEST_P(AttentionTest, ANumberThatIsNoneStaysInItsHead) {
  AttentionData data(self(20, 2, 32));
  data.k.row(3)[0] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> out = data.attend(kernels, 2);
  for (std::size_t t = 0; t < 20; ++t) {
    EXPECT_TRUE(std::isnan(out[t * 64]));
    EXPECT_TRUE(std::isfinite(out[t * 64 + 32]));
  }
}

TEST_P(AttentionTest, HandsOnRounded) {
  if (!kernels.rounds()) return;
  for (const Reach& reach : {Reach::all(), Reach::causal()}) {
    for (const auto& [heads, width] : {std::pair<std::size_t, std::size_t>{2, 8}, {3, 32}, {2, 37}}) {
      AttentionData data({.queries = 37, .keys = 37, .heads = heads, .head_width = width, .reach = reach});
      const std::vector<float> values = data.attend(kernels, heads);
      AttentionCall call = data.call(kernels);
      const std::size_t model = heads * width, first_row = 5;
      Buffer<std::byte> out(kernels.rounded.layout.bytes(first_row + 37, model));
      Buffer<float> scratch(kernels.attention_scratch(call));
      call.out = {.values = nullptr, .columns = model, .row = first_row, .column = 0, .rounded = out.data()};
      call.scratch = scratch.data();
      for (std::size_t head = 0; head < heads; ++head) {
        call.first_head = head, call.last_head = head + 1;
        kernels.attention(call);
      }
      const auto rounded = values_of(kernels.rounded.layout, out.data(), first_row + 37, model);
      EXPECT_EQ(std::vector<float>(rounded.begin() + static_cast<std::ptrdiff_t>(first_row * model), rounded.end()),
                rounded_to_bf16(values));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, AttentionTest, testing::ValuesIn(amx_emulator::tested_levels()),
                         [](const auto& level) {
                           return std::string(name_of(level.param.first)) + "_" +
                                  std::string(name_of(level.param.second));
                         });

TEST(Reach, NamesTheKeysThatAQuerySees) {
  EXPECT_EQ(Reach::all().of(3, 10), (KeyRange{0, 10}));
  EXPECT_EQ(Reach::causal().of(3, 10), (KeyRange{0, 4}));
  EXPECT_EQ(Reach::causal(9).of(0, 10), (KeyRange{0, 10}));
  EXPECT_EQ(Reach::band(2).of(3, 10), (KeyRange{1, 6}));
  EXPECT_EQ(Reach::band(2).of(9, 10), (KeyRange{7, 10}));
  EXPECT_EQ(Reach::band(0).of(3, 10), (KeyRange{3, 4}));
  EXPECT_EQ(Reach::causal_band(2).of(3, 10), (KeyRange{1, 4}));
  EXPECT_EQ(Reach::causal_band(2).of(0, 10), (KeyRange{0, 1}));
  EXPECT_TRUE(Reach::band(1, 5).of(9, 10).empty());
  EXPECT_TRUE(Reach::all().of(0, 0).empty());
}

TEST(Reach, NamesTheQueriesThatSeeAKey) {
  constexpr std::size_t kQueries = 9, kKeys = 8;
  for (const Reach& reach : tested_reaches(kQueries, kKeys)) {
    for (std::size_t first = 0; first < kKeys; ++first) {
      for (std::size_t last = first + 1; last <= kKeys; ++last) {
        for (std::size_t query = 0; query < kQueries; ++query) {
          const KeyRange seen = reach.of(query, kKeys);
          EXPECT_EQ(reach.queries_of({first, last}, kQueries).has(query),
                    !seen.empty() && seen.first < last && seen.last > first)
              << first << " to " << last << ", query " << query;
        }
      }
    }
  }
}

}  // namespace
}  // namespace mana::kernels
