// Attention in training at every level against its definition in double, over sizes, alignments, reaches and values,
// and with the same bits however the work is split.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "mana/kernels/gradients.h"
#include "mana/kernels/test_attention.h"
#include "tests/support/sanitized.h"

namespace mana::kernels {
namespace {

constexpr double kTolerance = 1e-5;  // norm-wise

class AttentionGradientTest : public testing::TestWithParam<Isa> {
 protected:
  const GradientTable& kernels = gradient_table(GetParam());
};

/// O, dQ, dK, dV and dB.
template <class T>
struct Results {
  std::vector<T> out, dq, dk, dv, dbias;
  bool operator==(const Results&) const = default;
};

std::vector<float> gradient_of_result(const AttentionCase& shape) {
  return random_values(shape.queries * shape.heads * shape.value_width, 8);
}

Results<float> run_attention(const GradientTable& kernels, AttentionData& data, std::size_t heads_at_once) {
  const AttentionCase& shape = data.shape;
  AttentionCall call = data.call();
  Results<float> result;
  result.out = data.attend(kernels, call, heads_at_once);
  const std::vector<float> dout_values = gradient_of_result(shape);
  TextInMatrix dout(shape.queries, shape.heads * shape.value_width, 1, 2 * shape.shift);
  dout.fill(dout_values);
  TextInMatrix dq(shape.queries, data.q.width, 6, 3 * shape.shift), dk(shape.keys, data.k.width, 7, shape.shift),
      dv(shape.keys, data.v.width, 8, 2 * shape.shift);
  result.dbias = std::vector<float>(data.bias.size(), 0.5f);
  Buffer<float> scratch(kernels.attention_gradient_scratch(call));
  call.scratch = scratch.data();
  AttentionBias<float> dbias;
  if (shape.bias) dbias = data.in_table(result.dbias.data());
  for (std::size_t head = 0; head < shape.heads; head += heads_at_once) {
    call.first_head = head;
    call.last_head = head + heads_at_once;
    kernels.attention_gradient(
        call, {.dout = dout.operand(), .dq = dq.result(), .dk = dk.result(), .dv = dv.result(), .dbias = dbias});
  }
  EXPECT_TRUE(data.untouched && dq.untouched() && dk.untouched() && dv.untouched());
  result.dq = dq.values(), result.dk = dk.values(), result.dv = dv.values();
  return result;
}

/// The bias of a head, and its gradient.
template <class Function>
struct BiasWithGradient {
  Function bias;
  AttentionBias<double> gradient;
  std::size_t head;
  float operator()(std::size_t i, std::size_t j) const { return bias(i, j); }
  void add(std::size_t i, std::size_t j, double ds) const {
    if (gradient.exists()) gradient.row(head, i)[j] += ds;
  }
};

Results<double> defined(AttentionData& data) {
  const AttentionCase& shape = data.shape;
  const std::vector<double> dout = widened(gradient_of_result(shape));
  Results<double> result;
  result.out = data.defined();
  result.dq.resize(data.q.rows * data.q.width), result.dk.resize(data.k.rows * data.k.width);
  result.dv.resize(data.v.rows * data.v.width);
  result.dbias = std::vector<double>(data.bias.size(), 0.5);
  std::vector<double> p(2 * shape.keys);
  AttentionBias<double> dbias;
  if (shape.bias) dbias = data.in_table(result.dbias.data());
  data.for_heads([&](std::size_t head, const reference::AttentionHead<double>& of, const auto& mask) {
    const std::size_t key_head = head / (shape.heads / shape.key_heads);
    const reference::AttentionHeadGradient<double> to{.dq = place_in(result.dq, head * shape.head_width),
                                                      .q_stride = data.q.width,
                                                      .dk = place_in(result.dk, key_head * shape.head_width),
                                                      .k_stride = data.k.width,
                                                      .dv = place_in(result.dv, key_head * shape.value_width),
                                                      .v_stride = data.v.width};
    reference::attention_gradient(of, place_in(dout, head * shape.value_width), shape.heads * shape.value_width, to,
                                  p.data(), BiasWithGradient{data.bias_of_head(head), dbias, head}, mask);
  });
  return result;
}

void check(const GradientTable& kernels, const AttentionCase& shape) {
  AttentionData data(shape);
  const Results<float> result = run_attention(kernels, data, shape.heads);
  const std::size_t group = shape.heads / shape.key_heads;
  ASSERT_EQ(run_attention(kernels, data, group), result) << "group by group, " << shape;
  const Results<double> expected = defined(data);
  ASSERT_LT(relative_error(result.out, expected.out), kTolerance) << shape;
  const auto all = [](const auto& of) {
    auto together = of.dq;
    together.insert(together.end(), of.dk.begin(), of.dk.end());
    together.insert(together.end(), of.dv.begin(), of.dv.end());
    return together;
  };
  ASSERT_LT(relative_error(all(result), all(expected)), kTolerance) << shape;
  ASSERT_LT(relative_error(result.dbias, expected.dbias), kTolerance) << shape;
}

AttentionCase self(std::size_t length, std::size_t heads, std::size_t width, float probability = 0, float spread = 1) {
  return {.queries = length,
          .keys = length,
          .heads = heads,
          .head_width = width,
          .probability = probability,
          .spread = spread};
}

TEST_P(AttentionGradientTest, FollowsItsDefinition) {
  for (std::size_t length = 1; length <= 70; length += kSanitized ? 5 : 1) {
    check(kernels, self(length, 2, 8, length % 2 == 0 ? 0.1f : 0.0f));
  }
  for (std::size_t width = 1; width <= 70; width += kSanitized ? 5 : 1) check(kernels, self(5, 2, width, 0.1f));
  check(kernels, self(0, 2, 8));
  check(kernels, self(128, 2, 32, 0.1f));
  if (GetParam() != Isa::portable && !kSanitized) check(kernels, self(512, 1, 64, 0.1f));
}

TEST_P(AttentionGradientTest, FollowsItsDefinitionInEveryReach) {
  for (AttentionCase shape : cases_of_reach()) {
    for (const float probability : {0.0f, 0.2f}) {
      shape.probability = probability;
      check(kernels, shape);
    }
  }
}

TEST_P(AttentionGradientTest, SurvivesExtremeScores) {
  // Scores of ±1e4: one key takes all the weight of a query, and the gradients of Q and K vanish.
  AttentionData data(self(20, 2, 4, 0.1f, 70.0f));
  const Results<float> result = run_attention(kernels, data, 2);
  for (const auto& values : {result.out, result.dq, result.dk, result.dv}) {
    for (const float value : values) ASSERT_TRUE(std::isfinite(value));
  }
}

TEST_P(AttentionGradientTest, WithoutDropoutHasTheBitsOfTheOneThatServes) {
  for (const Reach& reach : {Reach::all(), Reach::causal()}) {
    AttentionData data({.queries = 21, .keys = 21, .head_width = 24, .reach = reach});
    AttentionCall call = data.call();
    EXPECT_EQ(data.attend(kernels, call, 2), data.attend(table(GetParam()), 2));
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, AttentionGradientTest, testing::ValuesIn(available_isas()),
                         [](const auto& level) { return std::string(name_of(level.param)); });

}  // namespace
}  // namespace mana::kernels
