// Every kernel at every level against its definition in double, over sizes, alignments and values.
#include "mana/kernels/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "amx_emulator/levels.h"
#include "mana/kernels/matrix_weights.h"
#include "mana/kernels/reference/linear.h"
#include "mana/kernels/reference/norm.h"
#include "mana/kernels/reference/quantise.h"
#include "mana/kernels/reference/tiles.h"
#include "mana/kernels/test_operands.h"
#include "mana/kernels/test_values.h"
#include "mana/tensor/dtype.h"
#include "tests/support/sanitized.h"

namespace mana::kernels {
namespace {

using Level = std::pair<Isa, Precision>;

class LinearTest : public testing::TestWithParam<Level> {
 protected:
  const Isa isa = GetParam().first;
  const Precision precision = GetParam().second;
  const Table& kernels = table(isa, precision);

  struct LinearCase {
    std::size_t rows, inputs, outputs;
    Activation activation = Activation::identity;
    std::size_t shift = 0;
    float spread = 1.0f;
  };

  std::vector<float> run_linear(const LinearCase& shape, const std::vector<float>& x, const std::vector<float>& w,
                                const std::vector<float>& b, std::size_t pieces = 1) {
    MatrixWeights laid_out(shape.outputs, shape.inputs, kernels.layout);
    laid_out.set(0, w, b);
    Shifted in(x, shape.shift), out(std::vector<float>(shape.rows * shape.outputs), shape.shift);
    Buffer<std::byte> scratch(kernels.linear_scratch(shape.rows, shape.inputs));
    const Buffer<std::byte> operands = operands_of(kernels.operands, in.data(), shape.rows, shape.inputs);
    for (std::size_t piece = 0; piece < pieces; ++piece) {
      kernels.linear({in.data(), shape.rows, laid_out, shape.activation, out.data(),
                      laid_out.panel_count() * piece / pieces, laid_out.panel_count() * (piece + 1) / pieces,
                      scratch.data(), operands.data()});
    }
    EXPECT_TRUE(out.guarded());
    return {out.data(), out.data() + out.size};
  }

  /// What the products of this precision are taken of, exactly: x [rows, inputs] and W [outputs, inputs].
  std::pair<std::vector<double>, std::vector<double>> operands(const LinearCase& shape, const std::vector<float>& x,
                                                               const std::vector<float>& w) const {
    auto xd = widened(x), wd = widened(w);
    const std::size_t inputs = shape.inputs;
    if (precision == Precision::bf16) {
      for (double& value : xd) value = bfloat16_to_float(float_to_bfloat16(static_cast<float>(value)));
      for (double& value : wd) value = bfloat16_to_float(float_to_bfloat16(static_cast<float>(value)));
    } else if (precision == Precision::int8) {
      for (std::size_t row = 0; row < shape.rows; ++row) {
        const RowRange range = reference::row_range(x.data() + row * inputs, inputs);
        for (std::size_t k = row * inputs; k < (row + 1) * inputs; ++k) {
          xd[k] = double{range.step} * reference::quantised(x[k], range) + double{range.least};
        }
      }
      for (std::size_t row = 0; row < shape.outputs; ++row) {
        float largest = 0;
        for (std::size_t k = row * inputs; k < (row + 1) * inputs; ++k) largest = std::max(largest, std::abs(w[k]));
        const float scale = largest / 127;
        for (std::size_t k = row * inputs; k < (row + 1) * inputs; ++k)
          wd[k] = double{scale} * std::nearbyint(w[k] / scale);
      }
    }
    return {xd, wd};
  }

  void check_linear(const LinearCase& shape) {
    const auto x = random_values(shape.rows * shape.inputs, 1, shape.spread),
               w = random_values(shape.outputs * shape.inputs, 2);
    const auto b = random_values(shape.outputs, 3);
    const auto y = run_linear(shape, x, w, b);
    const auto [xd, wd] = operands(shape, x, w);
    const auto bd = widened(b);
    std::vector<double> expected(y.size());
    reference::linear(xd.data(), shape.rows, wd.data(), bd.data(), shape.inputs, shape.outputs, shape.activation,
                      expected.data(), shape.outputs);
    // n terms of size s sum to about s √n; each of the n roundings is a fraction of the sum so far: s n times a
    // constant.
    double tolerance = 2e-7 * (1 + shape.spread) * (20 + static_cast<double>(shape.inputs));
    if (shape.activation == Activation::gelu && kernels.operands.exists()) tolerance += 2.6e-5;
    for (std::size_t i = 0; i < y.size(); ++i) {
      ASSERT_NEAR(y[i], expected[i], tolerance)
          << "rows " << shape.rows << " inputs " << shape.inputs << " outputs " << shape.outputs << " at " << i
          << " activation " << name_of(shape.activation);
    }
  }
};

TEST_P(LinearTest, EqualsItsDefinitionForAllRemainders) {
  // Beyond two blocks of rows and of outputs, and two tiles of 64 inputs.
  const std::size_t most_rows = kSanitized ? 35 : 67, most_outputs = kSanitized ? 36 : 70,
                    most_inputs = kSanitized ? 70 : 130;
  const std::size_t step = kSanitized ? 3 : 1;
  for (std::size_t rows = 1; rows <= most_rows; rows += step) check_linear({rows, 5, 33});
  for (std::size_t outputs = 1; outputs <= most_outputs; outputs += step) check_linear({3, 7, outputs});
  for (std::size_t inputs = 1; inputs <= most_inputs; inputs += step) check_linear({15, inputs, 17});
  check_linear({0, 4, 4});
}

TEST_P(LinearTest, TakesAnyAlignment) {
  for (std::size_t shift = 0; shift < 16; ++shift) check_linear({5, 19, 37, Activation::gelu, shift});
}

TEST_P(LinearTest, OfTheModelsSizes) {
  if (isa == Isa::portable || kSanitized) {
    check_linear({20, 384, 96});
    return;
  }
  check_linear({40, 384, 1152});
  check_linear({130, 1536, 384});
  check_linear({130, 384, 1536, Activation::gelu});
}

TEST_P(LinearTest, ActivationsFollowTheirDefinition) {
  for (const Activation activation : {Activation::identity, Activation::gelu, Activation::gelu_tanh, Activation::relu,
                                      Activation::silu, Activation::tanh, Activation::sigmoid}) {
    for (const float spread : {0.01f, 1.0f, 30.0f, 1000.0f}) check_linear({9, 3, 21, activation, 0, spread});
  }
}

TEST_P(LinearTest, GeluIsExactTo2e7) {
  if (precision != Precision::f32) return;  // the others round what goes in
  std::vector<float> x;
  for (float value = -12.0f; value <= 12.0f; value += 1.0f / 512) x.push_back(value);
  const auto y = run_linear({x.size(), 1, 1, Activation::gelu}, x, {1.0f}, {0.0f});
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double expected = reference::activate(Activation::gelu, static_cast<double>(x[i]));
    // Absolute below one, relative (half a unit of f32) above.
    ASSERT_NEAR(y[i], expected, 2e-7 * std::max(1.0, std::abs(expected))) << x[i];
  }
}

TEST_P(LinearTest, NotANumberAndInfinityAreHandedOn) {
  if (precision == Precision::int8) return;  // a row without a finite range becomes NaN: below
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  for (const Activation activation : {Activation::identity, Activation::gelu, Activation::relu}) {
    const auto y = run_linear({3, 1, 1, activation}, {nan, infinity, 1e30f}, {1.0f}, {0.0f});
    EXPECT_TRUE(std::isnan(y[0]));
    EXPECT_EQ(y[1], infinity);
    EXPECT_NEAR(y[2] / 1e30f, 1, 0.01);
  }
}

TEST_P(LinearTest, ARowWithoutAFiniteRangeBecomesNaNIn8Bits) {
  if (precision != Precision::int8) return;
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  const auto y = run_linear({3, 2, 1}, {nan, 1, infinity, 1, 2, 1}, {1.0f, 1.0f}, {0.0f});
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1]));
  EXPECT_NEAR(y[2], 3, 0.05);
  // Wherever in a row it stands, and whatever stands behind it.
  for (const std::size_t width : {5UL, 16UL, 100UL}) {
    for (std::size_t place = 0; place < width; ++place) {
      for (const float none : {nan, -nan, infinity, -infinity}) {
        for (const Activation activation : {Activation::identity, Activation::relu}) {
          std::vector<float> x = random_values(width, 1);
          x[place] = none;
          const auto z = run_linear({1, width, 3, activation}, x, random_values(3 * width, 2), {0, 0, 0});
          for (const float value : z) ASSERT_TRUE(std::isnan(value)) << none << " at " << place << " of " << width;
        }
      }
    }
  }
}

TEST_P(LinearTest, ARowOfATinyRangeIsItsLeastValueIn8Bits) {
  if (precision != Precision::int8) return;
  const auto y = run_linear({2, 2, 1}, {0, 1e-40f, 2, 2}, {1.0f, 1.0f}, {3.0f});
  EXPECT_NEAR(y[0], 3, 1e-6);
  EXPECT_NEAR(y[1], 7, 1e-5);
}

// Integers have no order of summation: for the same operands every instruction set gives the same bits.
TEST_P(LinearTest, EightBitsGiveTheBitsOfTheReference) {
  if (precision != Precision::int8) return;
  for (const LinearCase& shape : {LinearCase{17, 200, 45}, {40, 900, 33}}) {
    const auto x = random_values(shape.rows * shape.inputs, 1), w = random_values(shape.outputs * shape.inputs, 2),
               b = random_values(shape.outputs, 3);
    const Table& plain_kernels = table(Isa::portable, precision);
    MatrixWeights plain(shape.outputs, shape.inputs, plain_kernels.layout);
    plain.set(0, w, b);
    std::vector<float> expected(shape.rows * shape.outputs);
    plain_kernels.linear(
        {x.data(), shape.rows, plain, Activation::identity, expected.data(), 0, plain.panel_count(), nullptr});
    EXPECT_EQ(run_linear(shape, x, w, b), expected);
  }
}

// Beyond the last column stands zero.
TEST_P(LinearTest, HandsOutItsValuesRounded) {
  const OperandLayout& layout = kernels.rounded.layout;
  if (!kernels.rounds()) return;
  for (const LinearCase& shape : {LinearCase{1, 3, 1, Activation::sigmoid},
                                  {37, 40, 33, Activation::gelu},
                                  {33, 900, 64, Activation::identity}}) {
    const auto x = random_values(shape.rows * shape.inputs, 1), w = random_values(shape.outputs * shape.inputs, 2),
               b = random_values(shape.outputs, 3);
    MatrixWeights laid_out(shape.outputs, shape.inputs, kernels.layout);
    laid_out.set(0, w, b);
    Buffer<std::byte> scratch(kernels.linear_scratch(shape.rows, shape.inputs));
    const Buffer<std::byte> operands = operands_of(kernels.operands, x.data(), shape.rows, shape.inputs);
    const std::size_t padded = (shape.outputs + 31) / 32 * 32;
    Buffer<std::byte> y(layout.bytes(shape.rows, shape.outputs));
    std::fill_n(y.data(), y.size(), std::byte{0x7f});
    kernels.linear({nullptr, shape.rows, laid_out, shape.activation, nullptr, 0, laid_out.panel_count(), scratch.data(),
                    operands.data(), y.data()});
    std::vector<float> expected(shape.rows * padded);
    const std::vector<float> values = rounded_to_bf16(run_linear(shape, x, w, b));
    for (std::size_t row = 0; row < shape.rows; ++row) {
      std::copy_n(values.data() + row * shape.outputs, shape.outputs, expected.data() + row * padded);
    }
    EXPECT_EQ(values_of(layout, y.data(), shape.rows, padded), expected) << shape.outputs << " outputs";
  }
}

TEST_P(LinearTest, TheQuickGeluIsExactTo3e5) {
  if (!kernels.operands.exists()) return;
  // A bias without a product goes to the activation as it is.
  std::vector<float> b;
  for (float value = -12.0f; value <= 12.0f; value += 1.0f / 512) b.push_back(value);
  b.insert(b.end(), {-1e6f, -100.0f, 100.0f, 1e6f});
  const auto y = run_linear({1, 1, b.size(), Activation::gelu}, {1.0f}, std::vector<float>(b.size()), b);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double expected = reference::activate(Activation::gelu, double{b[i]});
    ASSERT_NEAR(y[i], expected, isa == Isa::portable ? 1e-6 : 2.6e-5 + 1e-7 * std::abs(b[i])) << b[i];
  }
}

// A matrix unit has an order of summation of its own, which its manual gives exactly.
TEST_P(LinearTest, Bf16OnTilesIsSummedInTheirOrder) {
  if (isa != Isa::amx || precision != Precision::bf16) return;
  for (const LinearCase& shape : {LinearCase{33, 1, 17}, {5, 32, 33}, {17, 111, 65}, {70, 800, 40}}) {
    // Up to where products are subnormal: they, and what they are made of, count as zero.
    for (const float spread : {1.0f, 1e15f, 1e-20f, 1e-36f, 1e-39f}) {
      const auto x = random_values(shape.rows * shape.inputs, 1, spread),
                 w = random_values(shape.outputs * shape.inputs, 2, std::min(spread, 1e-3f)),
                 b = random_values(shape.outputs, 3, spread * 1e-3f);
      std::vector<std::uint16_t> rounded(w.size());
      std::ranges::transform(w, rounded.begin(), float_to_bfloat16);
      std::vector<float> expected(shape.rows * shape.outputs);
      reference::linear_bf16_tiles(x.data(), shape.rows, rounded.data(), b.data(), shape.inputs, shape.outputs,
                                   Activation::identity, expected.data(), shape.outputs);
      ASSERT_EQ(run_linear(shape, x, w, b), expected) << shape.inputs << " inputs of size " << spread;
    }
  }
}

// 255 · 127 added in pairs overflows 16 bits: the trap of VPMADDUBSW.
TEST_P(LinearTest, EightBitsDoNotSaturate) {
  if (precision != Precision::int8) return;
  std::vector<float> x(256, 255.0f);
  x[0] = 0;  // so that the range is [0, 255]
  const auto y = run_linear({1, 256, 1}, x, std::vector<float>(256, 127.0f), {0.0f});
  EXPECT_EQ(y[0], 255.0f * 255 * 127);
}

TEST_P(LinearTest, ARowHasTheSameBitsInAnyCompany) {
  for (const LinearCase& all : {LinearCase{29, 65, 75, Activation::gelu}, {75, 900, 40, Activation::gelu}}) {
    const auto x = random_values(all.rows * all.inputs, 1), w = random_values(all.outputs * all.inputs, 2),
               b = random_values(all.outputs, 3);
    const auto together = run_linear(all, x, w, b);
    EXPECT_EQ(run_linear(all, x, w, b, 3), together) << "panels split in three";
    for (std::size_t rows = 1; rows < all.rows; rows += all.inputs < 100 ? 1 : 15) {
      LinearCase some = all;
      some.rows = rows;
      const auto first =
          run_linear(some, {x.begin(), x.begin() + static_cast<std::ptrdiff_t>(rows * all.inputs)}, w, b);
      ASSERT_TRUE(std::equal(first.begin(), first.end(), together.begin())) << rows << " rows";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, LinearTest, testing::ValuesIn(amx_emulator::tested_levels()), [](const auto& level) {
  return std::string(name_of(level.param.first)) + "_" + std::string(name_of(level.param.second));
});

class KernelsTest : public testing::TestWithParam<Isa> {
 protected:
  const Table& kernels = table(GetParam());
};

TEST_P(KernelsTest, AddNormEqualsItsDefinition) {
  for (std::size_t width = 1; width <= 100; width += kSanitized ? 7 : 1) {
    for (const bool residual : {false, true}) {
      const std::size_t rows = 3;
      const auto x = random_values(rows * width, 1, 3.0f), y = random_values(rows * width, 2),
                 gamma = random_values(width, 3), beta = random_values(width, 4);
      Shifted z(x, width % 16);
      kernels.add_norm(
          {z.data(), residual ? y.data() : nullptr, rows, width, gamma.data(), beta.data(), 1e-5f, z.data()});
      const auto xd = widened(x), yd = widened(y), gd = widened(gamma), bd = widened(beta);
      std::vector<double> expected(x.size());
      reference::add_norm(xd.data(), residual ? yd.data() : nullptr, rows, width, gd.data(), bd.data(), double{1e-5f},
                          expected.data());
      for (std::size_t i = 0; i < expected.size(); ++i)
        ASSERT_NEAR(z.data()[i], expected[i], 1e-5) << "width " << width;
      EXPECT_TRUE(z.guarded());
    }
  }
}

TEST_P(KernelsTest, AddNormKeepsTheSumWhereItIsWanted) {
  for (std::size_t width = 1; width <= 100; width += kSanitized ? 7 : 1) {
    const std::size_t rows = 6;
    const auto x = random_values(rows * width, 1), y = random_values(rows * width, 2), gamma = random_values(width, 3),
               beta = random_values(width, 4);
    std::vector<float> plain(x.size()), sum(x.size());
    std::ranges::transform(x, y, sum.begin(), std::plus());
    kernels.add_norm({x.data(), y.data(), rows, width, gamma.data(), beta.data(), 1e-5f, plain.data()});
    Shifted z(y, 3), kept(x, width % 16);
    kernels.add_norm({kept.data(), z.data(), rows, width, gamma.data(), beta.data(), 1e-5f, z.data(), {}, kept.data()});
    ASSERT_EQ(z.values(), plain) << "width " << width;
    ASSERT_EQ(kept.values(), sum) << "width " << width;
    EXPECT_TRUE(z.guarded() && kept.guarded());
  }
}

TEST_P(KernelsTest, AddNormWritesOverEitherInput) {
  const std::size_t rows = 2, width = 37;
  const auto x = random_values(rows * width, 1), y = random_values(rows * width, 2), gamma = random_values(width, 3),
             beta = random_values(width, 4);
  std::vector<float> apart(x.size()), over_x = x, over_y = y;
  kernels.add_norm({x.data(), y.data(), rows, width, gamma.data(), beta.data(), 1e-5f, apart.data()});
  kernels.add_norm({over_x.data(), y.data(), rows, width, gamma.data(), beta.data(), 1e-5f, over_x.data()});
  kernels.add_norm({x.data(), over_y.data(), rows, width, gamma.data(), beta.data(), 1e-5f, over_y.data()});
  EXPECT_EQ(over_x, apart);
  EXPECT_EQ(over_y, apart);
}

INSTANTIATE_TEST_SUITE_P(Levels, KernelsTest, testing::ValuesIn(available_isas()),
                         [](const auto& level) { return std::string(name_of(level.param)); });

TEST(Isa, NamesGoBothWays) {
  for (const Isa isa : {Isa::portable, Isa::avx2, Isa::avx512, Isa::amx}) EXPECT_EQ(isa_named(name_of(isa)), isa);
  EXPECT_EQ(isa_named("sse9"), std::nullopt);
}

TEST(Isa, ACapIsACap) {
  EXPECT_EQ(choose_isa(Isa::portable), Isa::portable);
  EXPECT_EQ(choose_isa(Isa::amx), available_isas().back());
  EXPECT_LE(choose_isa(Isa::avx2), Isa::avx2);
}

TEST(Isa, TheLevelsThatThisMachineLacksAreSaid) {
  const auto available = available_isas(), tested = amx_emulator::tested_isas();
  const auto holds = [](const std::vector<Isa>& isas, Isa isa) { return std::ranges::find(isas, isa) != isas.end(); };
  for (const Isa isa : {Isa::avx2, Isa::avx512, Isa::amx}) {
    if (holds(available, isa)) continue;
    std::printf("%s: this processor has no %s\n", holds(tested, isa) ? "swept in software" : "not swept",
                std::string(name_of(isa)).c_str());
  }
  EXPECT_EQ(holds(tested, Isa::amx), holds(available, Isa::amx) || amx_emulator::emulates_amx());
}

}  // namespace
}  // namespace mana::kernels
