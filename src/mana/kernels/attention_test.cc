// Attention at every level against its definition in double, over lengths, widths and values.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "amx_emulator/levels.h"
#include "mana/kernels/reference/attention.h"
#include "mana/kernels/table.h"
#include "mana/kernels/test_factors.h"
#include "mana/kernels/test_values.h"

namespace mana::kernels {
namespace {

struct AttentionCase {
  std::size_t length, heads, head_width;
  float spread = 1.0f;
};

std::vector<float> run_attention(const Table& kernels, const AttentionCase& shape, const std::vector<float>& qkv,
                                 std::size_t pieces = 1) {
  Shifted in(qkv, shape.length % 16), out(std::vector<float>(shape.length * shape.heads * shape.head_width), 0);
  Buffer<float> scratch(kernels.attention_scratch(shape.length, shape.head_width));
  for (std::size_t piece = 0; piece < pieces; ++piece) {
    kernels.attention({in.data(), shape.length, shape.heads, shape.head_width, shape.heads * piece / pieces,
                       shape.heads * (piece + 1) / pieces, out.data(), scratch.data()});
  }
  EXPECT_TRUE(out.guarded());
  return {out.data(), out.data() + out.size};
}

void check_attention(const Table& kernels, const AttentionCase& shape) {
  const std::size_t model = shape.heads * shape.head_width;
  const auto qkv = random_values(shape.length * 3 * model, 5, shape.spread);
  const auto out = run_attention(kernels, shape, qkv);
  EXPECT_EQ(run_attention(kernels, shape, qkv, shape.heads), out) << "head by head";
  const auto wide = widened(qkv);
  std::vector<double> expected(out.size()), scores(shape.length);
  for (std::size_t head = 0; head < shape.heads; ++head) {
    const double* q = wide.data() + head * shape.head_width;
    reference::attention(q, q + model, q + 2 * model, 3 * model, shape.length, shape.head_width,
                         expected.data() + head * shape.head_width, model, scores.data());
  }
  // A score of size s carries an error of about s · 1e-7, which the exponential hands on to the weights.
  const double tolerance =
      3e-6 * (1 + shape.spread * shape.spread * shape.spread * std::sqrt(static_cast<double>(shape.head_width)));
  for (std::size_t i = 0; i < out.size(); ++i) {
    ASSERT_NEAR(out[i], expected[i], tolerance)
        << "length " << shape.length << " head width " << shape.head_width << " at " << i;
  }
}

class AttentionTest : public testing::TestWithParam<Isa> {
 protected:
  const Table& kernels = table(GetParam());
};

TEST_P(AttentionTest, EqualsItsDefinition) {
  for (std::size_t length = 1; length <= 70; length += kReduced ? 5 : 1) check_attention(kernels, {length, 2, 8});
  for (std::size_t width = 1; width <= 70; width += kReduced ? 5 : 1) check_attention(kernels, {5, 2, width});
  check_attention(kernels, {0, 2, 8});
  check_attention(kernels, {128, 2, 32});
  if (GetParam() != Isa::reference) check_attention(kernels, {512, 2, 64});
}

TEST_P(AttentionTest, SurvivesExtremeScores) {
  check_attention(kernels, {33, 2, 16, 10.0f});
  // One key stands far above the others, by more than an exponential of f32 can hold: it takes all the weight.
  const AttentionCase shape{20, 1, 4};
  auto qkv = random_values(shape.length * 12, 6);
  for (std::size_t t = 0; t < shape.length; ++t) {
    for (std::size_t c = 0; c < 4; ++c) {
      qkv[t * 12 + c] = 100.0f;
      qkv[t * 12 + 4 + c] = t == 7 ? 100.0f : -100.0f;
    }
  }
  const auto out = run_attention(kernels, shape, qkv);
  for (std::size_t t = 0; t < shape.length; ++t) {
    for (std::size_t c = 0; c < 4; ++c) EXPECT_EQ(out[t * 4 + c], qkv[7 * 12 + 8 + c]);
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, AttentionTest, testing::ValuesIn(available_isas()),
                         [](const auto& level) { return std::string(name_of(level.param)); });

/// Attention in bf16, where the level has it.
class Bf16AttentionTest : public testing::TestWithParam<std::pair<Isa, Precision>> {
 protected:
  /// Of a text that begins at row `first_row` of a batch. Rounded, or as values.
  std::vector<float> run(const AttentionCase& shape, const std::vector<float>& qkv, std::size_t first_row,
                         bool as_rounded, std::size_t pieces = 1) const {
    const std::size_t model = shape.heads * shape.head_width, rows = first_row + shape.length;
    std::vector<float> all(first_row * 3 * model, std::numeric_limits<float>::quiet_NaN());  // nobody may look there
    all.insert(all.end(), qkv.begin(), qkv.end());
    const Buffer<std::byte> rounded = factors_of(kernels.rounded, all.data(), rows, 3 * model);
    Buffer<std::byte> out_rounded(layout.bytes(rows, model));
    Shifted out(std::vector<float>(shape.length * model), shape.length % 16);
    Buffer<float> scratch(kernels.attention_scratch(shape.length, shape.head_width));
    for (std::size_t piece = 0; piece < pieces; ++piece) {
      kernels.attention({nullptr, shape.length, shape.heads, shape.head_width, shape.heads * piece / pieces,
                         shape.heads * (piece + 1) / pieces, out.data(), scratch.data(), rounded.data(),
                         as_rounded ? out_rounded.data() : nullptr, first_row});
    }
    EXPECT_TRUE(out.guarded());
    if (!as_rounded) return out.values();
    const std::vector<float> values = values_of(layout, out_rounded.data(), rows, model);
    return {values.begin() + static_cast<std::ptrdiff_t>(first_row * model), values.end()};
  }

  void check(const AttentionCase& shape) const {
    const std::size_t model = shape.heads * shape.head_width;
    const auto qkv = random_values(shape.length * 3 * model, 5, shape.spread);
    const auto out = run(shape, qkv, 0, false);
    EXPECT_EQ(run(shape, qkv, 5, false, shape.heads), out) << "behind another text, head by head";
    EXPECT_EQ(run(shape, qkv, 5, true, shape.heads), rounded_to_bf16(out)) << "rounded";
    const auto wide = widened(qkv);
    std::vector<double> expected(out.size()), scores(shape.length);
    for (std::size_t head = 0; head < shape.heads; ++head) {
      const double* q = wide.data() + head * shape.head_width;
      reference::attention(q, q + model, q + 2 * model, 3 * model, shape.length, shape.head_width,
                           expected.data() + head * shape.head_width, model, scores.data(), reference::RoundToBf16());
    }
    // A numerator near the middle of two bf16 numbers may become either, each 2⁻⁸ of it from the other, and together
    // they do so at random; the quick exponential adds 1e-4.
    const double tolerance = shape.spread * (2e-4 + 4 * std::pow(2.0, -8) / std::sqrt(1.0 + double(shape.length)));
    for (std::size_t i = 0; i < out.size(); ++i) {
      ASSERT_NEAR(out[i], expected[i], tolerance)
          << "length " << shape.length << " head width " << shape.head_width << " at " << i;
    }
  }

  const Table& kernels = table(GetParam().first, GetParam().second);
  const FactorLayout& layout = kernels.rounded.layout;
};

TEST_P(Bf16AttentionTest, EqualsItsDefinition) {
  for (std::size_t length = 1; length <= 70; length += kReduced ? 5 : 1) check({length, 2, 8});
  for (std::size_t width = 1; width <= 70; width += kReduced ? 5 : 1) check({5, 2, width});
  for (const std::size_t width : {24, 32, 48, 64}) check({37, 3, width});
  check({0, 2, 8});
  check({128, 2, 32});
  check({512, 1, 64});
}

TEST_P(Bf16AttentionTest, SurvivesExtremeScores) {
  // One key stands far above the others, by more than an exponential of f32 can hold: it takes all the weight.
  const AttentionCase shape{40, 1, 4};
  for (const float size : {100.0f, 1e8f, 1e15f}) {
    auto qkv = rounded_to_bf16(random_values(shape.length * 12, 6));
    for (std::size_t t = 0; t < shape.length; ++t) {
      for (std::size_t c = 0; c < 4; ++c) {
        qkv[t * 12 + c] = size;
        qkv[t * 12 + 4 + c] = t == 7 ? size : -size;
      }
    }
    const auto out = run(shape, qkv, 0, false);
    for (std::size_t t = 0; t < shape.length; ++t) {
      for (std::size_t c = 0; c < 4; ++c) EXPECT_NEAR(out[t * 4 + c], qkv[7 * 12 + 8 + c], 1e-4) << size;
    }
  }
}

TEST_P(Bf16AttentionTest, ANumberThatIsNoneStaysInItsText) {
  const AttentionCase shape{20, 2, 32};
  auto qkv = random_values(shape.length * 192, 6);
  qkv[3 * 192 + 64] = std::numeric_limits<float>::quiet_NaN();  // a key of the first head
  const auto out = run(shape, qkv, 0, false);
  for (std::size_t t = 0; t < shape.length; ++t) {
    EXPECT_TRUE(std::isnan(out[t * 64]));
    EXPECT_TRUE(std::isfinite(out[t * 64 + 32]));
  }
}

/// bf16, and integers where bf16 is fast.
std::vector<std::pair<Isa, Precision>> levels_that_round() {
  std::vector<std::pair<Isa, Precision>> levels = amx_emulator::tested_levels();
  std::erase_if(levels, [](const auto& level) { return !table(level.first, level.second).rounds(); });
  return levels;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Bf16AttentionTest);
INSTANTIATE_TEST_SUITE_P(Levels, Bf16AttentionTest, testing::ValuesIn(levels_that_round()), [](const auto& level) {
  return std::string(name_of(level.param.first)) + "_" + std::string(name_of(level.param.second));
});

}  // namespace
}  // namespace mana::kernels
