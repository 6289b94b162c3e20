// Attention in training at every level against its definition in double, over sizes, alignments and values, and with
// the same bits however the work is split.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "mana/kernels/gradients.h"
#include "mana/kernels/reference/attention.h"
#include "mana/kernels/reference/dropout.h"
#include "mana/kernels/test_values.h"

namespace mana::kernels {
namespace {

constexpr double kTolerance = 1e-5;  // norm-wise

class AttentionGradientTest : public testing::TestWithParam<Isa> {
 protected:
  const GradientTable& kernels = gradient_table(GetParam());
};

struct AttentionCase {
  std::size_t length, heads, head_width;
  float probability = 0;
  float spread = 1;
};

/// The result of attention and behind it dQ, dK and dV.
std::vector<float> run_attention(const GradientTable& kernels, const AttentionCase& shape,
                                 const std::vector<float>& qkv, const std::vector<float>& dout, bool head_by_head) {
  const std::size_t heads = shape.heads, first_row = 100;
  const Dropout dropout(shape.probability, 31);
  Shifted in(qkv, shape.length % 16), out(std::vector<float>(dout.size(), 9.0f), 1), gradient(qkv, 2);
  Buffer<float> scratch(std::max(kernels.attention_scratch(shape.length, shape.head_width),
                                 kernels.attention_gradient_scratch(shape.length, shape.head_width)));
  for (std::size_t head = 0; head < heads; head += head_by_head ? 1 : heads) {
    const std::size_t last = head_by_head ? head + 1 : heads;
    kernels.attention(
        {in.data(), dropout, first_row, shape.length, heads, shape.head_width, head, last, out.data(), scratch.data()});
    kernels.attention_gradient({in.data(), dout.data(), dropout, first_row, shape.length, heads, shape.head_width, head,
                                last, gradient.data(), scratch.data()});
  }
  EXPECT_TRUE(out.guarded() && gradient.guarded());
  auto result = out.values();
  const auto behind = gradient.values();
  result.insert(result.end(), behind.begin(), behind.end());
  return result;
}

void check_attention(const GradientTable& kernels, const AttentionCase& shape) {
  const std::size_t model = shape.heads * shape.head_width;
  const auto qkv = random_values(shape.length * 3 * model, 5, shape.spread),
             dout = random_values(shape.length * model, 6);
  const auto result = run_attention(kernels, shape, qkv, dout, false);
  EXPECT_EQ(run_attention(kernels, shape, qkv, dout, true), result) << "head by head";

  const Dropout dropout(shape.probability, 31);
  const auto wide = widened(qkv), dout_wide = widened(dout);
  std::vector<double> out(dout.size()), gradient(qkv.size()), scratch(2 * shape.length);
  for (std::size_t head = 0; head < shape.heads; ++head) {
    const double* q = wide.data() + head * shape.head_width;
    double* dq = gradient.data() + head * shape.head_width;
    const auto mask = [&](std::size_t i, std::size_t j) {
      return reference::dropout_factor(dropout, 100 * shape.heads + head, i * shape.length + j);
    };
    reference::attention_forward(q, q + model, q + 2 * model, 3 * model, shape.length, shape.head_width, mask,
                                 out.data() + head * shape.head_width, model, scratch.data());
    reference::attention_gradient(q, q + model, q + 2 * model, 3 * model, dout_wide.data() + head * shape.head_width,
                                  model, shape.length, shape.head_width, mask, dq, dq + model, dq + 2 * model,
                                  scratch.data());
  }
  const auto split = result.begin() + static_cast<std::ptrdiff_t>(out.size());
  ASSERT_LT(relative_error(std::vector<float>(result.begin(), split), out), kTolerance)
      << "length " << shape.length << " head width " << shape.head_width;
  ASSERT_LT(relative_error(std::vector<float>(split, result.end()), gradient), kTolerance)
      << "length " << shape.length << " head width " << shape.head_width;
}

TEST_P(AttentionGradientTest, FollowsItsDefinition) {
  for (std::size_t length = 1; length <= 70; length += kReduced ? 5 : 1) {
    check_attention(kernels, {length, 2, 8, length % 2 == 0 ? 0.1f : 0.0f});
  }
  for (std::size_t width = 1; width <= 70; width += kReduced ? 5 : 1) check_attention(kernels, {5, 2, width, 0.1f});
  check_attention(kernels, {0, 2, 8});
  check_attention(kernels, {128, 2, 32, 0.1f});
  if (GetParam() != Isa::reference && !kReduced) check_attention(kernels, {512, 1, 64, 0.1f});
}

TEST_P(AttentionGradientTest, SurvivesExtremeScores) {
  // Scores of ±1e4: one key takes all the weight of a query, and the gradients of Q and K vanish.
  const AttentionCase shape{20, 2, 4, 0.1f, 70.0f};
  const auto qkv = random_values(shape.length * 24, 6, 70.0f), dout = random_values(shape.length * 8, 7);
  for (const float value : run_attention(kernels, shape, qkv, dout, false)) ASSERT_TRUE(std::isfinite(value));
}

TEST_P(AttentionGradientTest, WithoutDropoutHasTheBitsOfTheOneThatServes) {
  const std::size_t length = 21, heads = 2, width = 24;
  const auto qkv = random_values(length * 3 * heads * width, 1);
  std::vector<float> out(length * heads * width), served(out.size());
  Buffer<float> scratch(
      std::max(kernels.attention_scratch(length, width), table(GetParam()).attention_scratch(length, width)));
  kernels.attention({qkv.data(), {}, 0, length, heads, width, 0, heads, out.data(), scratch.data()});
  table(GetParam()).attention({qkv.data(), length, heads, width, 0, heads, served.data(), scratch.data()});
  if (GetParam() == Isa::reference) return;  // it divides by the sum before it adds up
  EXPECT_EQ(out, served);
}

INSTANTIATE_TEST_SUITE_P(Levels, AttentionGradientTest, testing::ValuesIn(available_isas()),
                         [](const auto& level) { return std::string(name_of(level.param)); });

}  // namespace
}  // namespace mana::kernels
