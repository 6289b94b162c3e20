// Every kernel of training at every level against its definition in double, over sizes, alignments and values, and with
// the same bits however the work is split.
#include "mana/kernels/gradients.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "amx_emulator/levels.h"
#include "mana/kernels/packed_linear.h"
#include "mana/kernels/reference/activation.h"
#include "mana/kernels/reference/attention.h"
#include "mana/kernels/reference/dropout.h"
#include "mana/kernels/reference/linear.h"
#include "mana/kernels/reference/norm.h"
#include "mana/kernels/reference/optimiser.h"
#include "mana/kernels/test_values.h"
#include "mana/tensor/dtype.h"

namespace mana::kernels {
namespace {

constexpr double kTolerance = 1e-5;  // norm-wise

constexpr Activation kActivations[] = {Activation::identity, Activation::gelu, Activation::gelu_tanh, Activation::relu,
                                       Activation::silu,     Activation::tanh, Activation::sigmoid};

/// Levels and precisions that training has.
std::vector<std::pair<Isa, Precision>> training_levels() {
  auto levels = amx_emulator::tested_levels();
  std::erase_if(levels, [](const auto& level) { return level.second == Precision::int8; });
  return levels;
}

class WeightGradientTest : public testing::TestWithParam<std::pair<Isa, Precision>> {
 protected:
  const Isa isa = GetParam().first;
  const Precision precision = GetParam().second;
  const GradientTable& kernels = gradient_table(isa, precision);

  struct Shape {
    std::size_t rows, inputs, outputs, shift = 0;
  };

  /// dW and behind it db, added to values that are there already.
  std::vector<float> run(const Shape& shape, const std::vector<float>& x, const std::vector<float>& dy,
                         std::size_t pieces = 1) {
    Shifted in(x, shape.shift), out(dy, shape.shift), dw(random_values(shape.outputs * shape.inputs, 3), shape.shift),
        db(random_values(shape.outputs, 4), shape.shift);
    Buffer<std::byte> scratch(kernels.weight_gradient_scratch(shape.rows, shape.inputs, shape.outputs));
    const std::size_t parts = weight_gradient_parts(shape.inputs, shape.outputs);
    for (std::size_t piece = 0; piece < pieces; ++piece) {
      kernels.weight_gradient({.x = in.data(),
                               .dy = out.data(),
                               .rows = shape.rows,
                               .inputs = shape.inputs,
                               .outputs = shape.outputs,
                               .dw = dw.data(),
                               .db = db.data(),
                               .first_part = parts * piece / pieces,
                               .last_part = parts * (piece + 1) / pieces,
                               .scratch = scratch.data()});
    }
    EXPECT_TRUE(dw.guarded() && db.guarded());
    auto result = dw.values();
    const auto bias = db.values();
    result.insert(result.end(), bias.begin(), bias.end());
    return result;
  }

  void check(const Shape& shape) {
    const auto x = random_values(shape.rows * shape.inputs, 1), dy = random_values(shape.rows * shape.outputs, 2);
    const auto gradient = run(shape, x, dy);
    std::vector<double> expected = widened(random_values(shape.outputs * shape.inputs, 3));
    const auto bias = widened(random_values(shape.outputs, 4));
    expected.insert(expected.end(), bias.begin(), bias.end());
    const auto xd = widened(x), dyd = widened(dy);
    reference::weight_gradient(xd.data(), dyd.data(), shape.rows, shape.inputs, shape.outputs, 0, shape.outputs, 0,
                               shape.inputs, expected.data(), [&](double value) {
                                 if (precision == Precision::f32) return value;
                                 return double{bfloat16_to_float(float_to_bfloat16(static_cast<float>(value)))};
                               });
    reference::bias_gradient(dyd.data(), shape.rows, shape.outputs, 0, shape.outputs,
                             expected.data() + shape.outputs * shape.inputs);
    ASSERT_LT(relative_error(gradient, expected), kTolerance)
        << shape.rows << " rows, " << shape.inputs << " -> " << shape.outputs;
  }
};

TEST_P(WeightGradientTest, EqualsItsDefinitionForAllRemainders) {
  const std::size_t step = kReduced ? 5 : 1;
  for (std::size_t rows = 1; rows <= 67; rows += step) check({rows, 5, 7});
  for (std::size_t inputs = 1; inputs <= 70; inputs += step) check({3, inputs, 4});
  for (std::size_t outputs = 1; outputs <= 70; outputs += step) check({4, 5, outputs});
  check({0, 4, 4});
}

TEST_P(WeightGradientTest, TakesAnyAlignment) {
  for (std::size_t shift = 0; shift < 16; ++shift) check({5, 19, 37, shift});
}

TEST_P(WeightGradientTest, OfManyRowsAndTheModelsWidths) {
  check({1100, 10, 12});  // several blocks of rows
  if (kReduced || isa == Isa::reference) return;
  check({600, 400, 35});
  check({33, 36, 430});
  check({130, 384, 384});
}

TEST_P(WeightGradientTest, HasTheSameBitsHoweverItIsSplit) {
  for (const Shape& shape : {Shape{600, 33, 130}, Shape{70, 150, 20}}) {
    const auto x = random_values(shape.rows * shape.inputs, 1), dy = random_values(shape.rows * shape.outputs, 2);
    const auto whole = run(shape, x, dy);
    for (const std::size_t pieces : {2, 3, 7}) EXPECT_EQ(run(shape, x, dy, pieces), whole) << pieces << " pieces";
  }
}

TEST_P(WeightGradientTest, PacksWhatTheForwardKernelWants) {
  const WeightLayout layout = table(isa, precision).layout;
  for (const auto& [outputs, inputs] : {std::pair{1, 1}, {33, 17}, {70, 35}, {32, 64}, {5, 100}}) {
    const auto outs = static_cast<std::size_t>(outputs), ins = static_cast<std::size_t>(inputs);
    const auto w = random_values(outs * ins, 1), bias = random_values(outs, 2);
    std::vector<float> turned(w.size());
    for (std::size_t n = 0; n < outs; ++n) {
      for (std::size_t k = 0; k < ins; ++k) turned[k * outs + n] = w[n * ins + k];
    }
    PackedLinear expected(outs, ins, layout);
    expected.set(0, w, bias);
    for (const bool transposed : {false, true}) {
      PackedLinear packed(outs, ins, layout);
      packed.allocate();
      Shifted from(transposed ? turned : w, 3);
      for (std::size_t panel = 0; panel < packed.panel_count(); ++panel) {
        kernels.pack({from.data(), bias.data(), transposed, packed, panel, panel + 1});
      }
      EXPECT_TRUE(std::ranges::equal(packed.bytes(), expected.bytes())) << outs << " by " << ins << " " << transposed;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, WeightGradientTest, testing::ValuesIn(training_levels()), [](const auto& level) {
  return std::string(name_of(level.param.first)) + "_" + std::string(name_of(level.param.second));
});

class GradientKernelsTest : public testing::TestWithParam<Isa> {
 protected:
  const GradientTable& kernels = gradient_table(GetParam());
  const GradientTable& plain = gradient_table(Isa::reference);
};

TEST_P(GradientKernelsTest, ActivationsFollowTheirDefinition) {
  for (const Activation activation : kActivations) {
    for (const float spread : {0.01f, 1.0f, 5.0f, 1000.0f}) {
      for (const std::size_t count : {1UL, 15UL, 16UL, 33UL, 200UL}) {
        const auto x = random_values(count, 1, spread), dy = random_values(count, 2);
        Shifted in(x, 1), y(x, 5), dx(dy, 3);
        kernels.activate({activation, in.data(), count, y.data()});
        kernels.activation_gradient({activation, in.data(), dx.data(), count, dx.data()});
        std::vector<double> value(count), gradient(count);
        for (std::size_t i = 0; i < count; ++i) {
          value[i] = reference::activate(activation, double{x[i]});
          gradient[i] = dy[i] * reference::activation_derivative(activation, double{x[i]});
        }
        for (std::size_t i = 0; i < count; ++i) {  // as exact as the forward kernel: absolute below one
          ASSERT_NEAR(y.data()[i], value[i], 4e-7 * std::max(1.0, std::abs(value[i]))) << name_of(activation);
          ASSERT_NEAR(dx.data()[i], gradient[i], 1e-6 * std::abs(dy[i])) << name_of(activation) << " at " << x[i];
        }
        EXPECT_TRUE(y.guarded() && dx.guarded());
      }
    }
  }
}

TEST_P(GradientKernelsTest, ActivationsHaveFiniteGradientsEverywhere) {
  const std::vector<float> x = {-3e38f, -1e30f, -1e4f, -100, -89,  -20,   -13.1f, 0,
                                13.1f,  20,     89,    100,  1e4f, 1e30f, 3e38f};
  for (const Activation activation : kActivations) {
    std::vector<float> dx(x.size(), 1.0f);
    kernels.activation_gradient({activation, x.data(), dx.data(), x.size(), dx.data()});
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_NEAR(dx[i], reference::activation_derivative(activation, double{x[i]}), 1e-6)
          << name_of(activation) << " at " << x[i];
    }
  }
}

TEST_P(GradientKernelsTest, DropoutHasTheBitsOfItsDefinition) {
  const Dropout dropout(0.3f, dropout_key(7, 8, 9));
  for (const std::size_t width : {1UL, 7UL, 16UL, 37UL, 128UL, 129UL, 384UL}) {
    const std::size_t rows = 5, first_row = (1UL << 32) - 2;  // beyond 32 bits
    const auto x = random_values(rows * width, 1);
    std::vector<float> expected(x.size());
    plain.dropout({dropout, x.data(), first_row, rows, width, expected.data()});
    Shifted y(x, width % 16);
    kernels.dropout({dropout, y.data(), first_row, 2, width, y.data()});
    kernels.dropout({dropout, y.data() + 2 * width, first_row + 2, 3, width, y.data() + 2 * width});
    EXPECT_EQ(y.values(), expected);
    EXPECT_TRUE(y.guarded());
  }
  const auto x = random_values(20, 1);
  std::vector<float> y(x.size());
  kernels.dropout({Dropout(), x.data(), 0, 2, 10, y.data()});
  EXPECT_EQ(y, x);
}

struct NormCase {
  std::size_t rows, width;
  bool residual = true;
  float probability = 0;
  float spread = 1;
};

void check_norm(const GradientTable& kernels, const NormCase& shape) {
  const std::size_t rows = shape.rows, width = shape.width, size = rows * width;
  const auto x = random_values(size, 1, shape.spread), y = random_values(size, 2), gamma = random_values(width, 3),
             beta = random_values(width, 4), dz = random_values(size, 5);
  const float epsilon = 1e-5f;
  const Dropout dropout(shape.probability, 77);
  const float* added = shape.residual ? y.data() : nullptr;
  Shifted z(x, width % 16), normal(x, 3), scale(std::vector<float>(rows), 1);
  const std::size_t half = rows / 2;
  kernels.add_norm({x.data(), added, dropout, 0, half, width, gamma.data(), beta.data(), epsilon, z.data(),
                    normal.data(), scale.data()});
  kernels.add_norm({x.data() + half * width, added == nullptr ? nullptr : added + half * width, dropout, half,
                    rows - half, width, gamma.data(), beta.data(), epsilon, z.data() + half * width,
                    normal.data() + half * width, scale.data() + half});
  EXPECT_TRUE(z.guarded() && normal.guarded() && scale.guarded());

  const std::size_t blocks = norm_blocks(rows);
  Shifted dh(dz, width % 7), dy(dz, 1), partial(std::vector<float>(blocks * 2 * width, 9.0f), 5);
  std::vector<float> sums(2 * width);
  for (std::size_t block = 0; block < blocks; ++block) {
    kernels.add_norm_gradient({dh.data(), normal.data(), scale.data(), gamma.data(), dropout, rows, width, dh.data(),
                               dy.data(), block, block + 1, partial.data()});
  }
  kernels.add_rows({partial.data(), blocks, 2 * width, 0, width, sums.data()});
  kernels.add_rows({partial.data(), blocks, 2 * width, width, 2 * width, sums.data()});
  EXPECT_TRUE(dh.guarded() && dy.guarded() && partial.guarded());

  const auto gd = widened(gamma), bd = widened(beta), dzd = widened(dz);
  std::vector<double> h = widened(x), zd(size), dhd(size), dyd(size), sums_d(2 * width), n(width);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < width && shape.residual; ++i) {
      h[row * width + i] += double{y[row * width + i]} * reference::dropout_factor(dropout, row, i);
    }
    const std::size_t begin = row * width;
    const double scale_d = reference::norm_forward(h.data() + begin, width, gd.data(), bd.data(), double{epsilon},
                                                   zd.data() + begin, n.data());
    reference::norm_gradient(dzd.data() + begin, n.data(), scale_d, width, gd.data(), dhd.data() + begin, sums_d.data(),
                             sums_d.data() + width);
    for (std::size_t i = 0; i < width; ++i) {
      dyd[begin + i] = dhd[begin + i] * reference::dropout_factor(dropout, row, i);
    }
  }
  ASSERT_LT(relative_error(z.values(), zd), kTolerance) << "width " << width;
  // With one or two columns the gradient all but vanishes: what remains is rounding of what was subtracted.
  if (width > 2) {
    ASSERT_LT(relative_error(dh.values(), dhd), kTolerance) << "width " << width;
    ASSERT_LT(relative_error(dy.values(), dyd), kTolerance) << "width " << width;
  }
  ASSERT_LT(relative_error(sums, sums_d), kTolerance) << "width " << width;
}

TEST_P(GradientKernelsTest, NormsFollowTheirDefinition) {
  for (std::size_t width = 1; width <= 100; width += kReduced ? 7 : 1) {
    check_norm(kernels, {3, width, width % 2 == 0, width % 3 == 0 ? 0.2f : 0.0f});
  }
  for (const std::size_t rows : {1UL, 31UL, 32UL, 33UL, 200UL}) check_norm(kernels, {rows, 48, true, 0.1f});
  check_norm(kernels, {5, 384, true, 0.1f, 100.0f});
}

TEST_P(GradientKernelsTest, WithoutDropoutANormHasTheBitsOfTheOneThatServes) {
  const std::size_t rows = 4, width = 77;
  const auto x = random_values(rows * width, 1), y = random_values(rows * width, 2), gamma = random_values(width, 3);
  std::vector<float> z(x.size()), normal(x.size()), scale(rows), served(x.size());
  table(GetParam()).add_norm({x.data(), y.data(), rows, width, gamma.data(), gamma.data(), 1e-5f, served.data()});
  kernels.add_norm({x.data(),
                    y.data(),
                    {},
                    0,
                    rows,
                    width,
                    gamma.data(),
                    gamma.data(),
                    1e-5f,
                    z.data(),
                    normal.data(),
                    scale.data()});
  EXPECT_EQ(z, served);
}

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

TEST_P(GradientKernelsTest, AttentionFollowsItsDefinition) {
  for (std::size_t length = 1; length <= 70; length += kReduced ? 5 : 1) {
    check_attention(kernels, {length, 2, 8, length % 2 == 0 ? 0.1f : 0.0f});
  }
  for (std::size_t width = 1; width <= 70; width += kReduced ? 5 : 1) check_attention(kernels, {5, 2, width, 0.1f});
  check_attention(kernels, {0, 2, 8});
  check_attention(kernels, {128, 2, 32, 0.1f});
  if (GetParam() != Isa::reference && !kReduced) check_attention(kernels, {512, 1, 64, 0.1f});
}

TEST_P(GradientKernelsTest, AttentionSurvivesExtremeScores) {
  // Scores of ±1e4: one key takes all the weight of a query, and the gradients of Q and K vanish.
  const AttentionCase shape{20, 2, 4, 0.1f, 70.0f};
  const auto qkv = random_values(shape.length * 24, 6, 70.0f), dout = random_values(shape.length * 8, 7);
  for (const float value : run_attention(kernels, shape, qkv, dout, false)) ASSERT_TRUE(std::isfinite(value));
}

TEST_P(GradientKernelsTest, WithoutDropoutAttentionHasTheBitsOfTheOneThatServes) {
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

TEST_P(GradientKernelsTest, EmbeddingGradientsAreAddedInTheOrderOfTheTokens) {
  const std::size_t width = 37;
  const std::vector<std::int32_t> ids = {3, 0, 3, 5, 3, 0};
  const auto dy = random_values(ids.size() * width, 1, 100.0f), before = random_values(6 * width, 2);
  std::vector<float> expected = before;
  for (std::size_t t = 0; t < ids.size(); ++t) {
    for (std::size_t i = 0; i < width; ++i) expected[static_cast<std::size_t>(ids[t]) * width + i] += dy[t * width + i];
  }
  Shifted table(before, 1);
  for (const auto& [first, last] : {std::pair{0UL, 10UL}, {10UL, 37UL}}) {
    kernels.embedding_gradient({ids.data(), ids.size(), dy.data(), width, first, last, table.data()});
  }
  EXPECT_EQ(table.values(), expected);
  EXPECT_TRUE(table.guarded());
}

TEST_P(GradientKernelsTest, UpdatesHaveTheSameBitsAtEveryLevel) {
  for (const std::size_t count : {1UL, 7UL, 16UL, 37UL, 1000UL}) {
    const auto g = random_values(count, 1), m = random_values(count, 2), w = random_values(count, 4);
    auto v = random_values(count, 3);
    for (float& value : v) value *= value;
    const auto run = [&](const GradientTable& with) {
      Shifted first(m, 1), second(v, 2), values(w, 3);
      with.adamw({g.data(), count, 0.7f, 0.9f, 0.999f, 1e-8f, 1 - 2e-5f * 0.01f, 2e-5f / 0.19f, 22.4f, first.data(),
                  second.data(), values.data()});
      with.add({g.data(), 0.3f, count, values.data()});
      EXPECT_TRUE(first.guarded() && second.guarded() && values.guarded());
      return std::vector{first.values(), second.values(), values.values()};
    };
    EXPECT_EQ(run(kernels), run(plain));
    EXPECT_EQ(kernels.sum_of_squares(g.data(), count), plain.sum_of_squares(g.data(), count));
    double sum = 0;
    for (const float value : g) sum += double{value} * value;
    EXPECT_NEAR(kernels.sum_of_squares(g.data(), count), sum, 1e-12 * sum);
  }
}

// Against its equations in double.
TEST_P(GradientKernelsTest, AdamWFollowsItsEquations) {
  const double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, decay = 0.01;
  float w = 0.5f, m = 0, v = 0;
  double wd = 0.5, md = 0, vd = 0;
  for (int step = 1; step <= 20; ++step) {
    const float g = std::sin(static_cast<float>(step));
    const double left1 = 1 - std::pow(beta1, step), left2 = 1 - std::pow(beta2, step);
    kernels.adamw({&g, 1, 0.5f, static_cast<float>(beta1), static_cast<float>(beta2), static_cast<float>(epsilon),
                   static_cast<float>(1 - rate * decay), static_cast<float>(rate / left1),
                   static_cast<float>(1 / std::sqrt(left2)), &m, &v, &w});
    md = beta1 * md + (1 - beta1) * 0.5 * g;
    vd = beta2 * vd + (1 - beta2) * 0.25 * g * g;
    wd = (1 - rate * decay) * wd - rate * (md / left1) / (std::sqrt(vd / left2) + epsilon);
    ASSERT_NEAR(w, wd, 1e-6) << "step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, GradientKernelsTest, testing::ValuesIn(available_isas()),
                         [](const auto& level) { return std::string(name_of(level.param)); });

TEST(TouchedRows, AreAscendingEachOnce) {
  std::vector<std::uint32_t> touched = {2, 7};
  const std::vector<std::int32_t> ids = {9, 2, 0, 9, 3};
  add_touched(ids, touched);
  EXPECT_EQ(touched, (std::vector<std::uint32_t>{0, 2, 3, 7, 9}));
}

}  // namespace
}  // namespace mana::kernels
