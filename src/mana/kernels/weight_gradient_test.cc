// Weight gradients and layouts at every level and precision against their definitions, over sizes and alignments, and
// with the same bits however the work is split.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "amx_emulator/levels.h"
#include "mana/kernels/gradients.h"
#include "mana/kernels/matrix_weights.h"
#include "mana/kernels/reference/linear.h"
#include "mana/kernels/test_values.h"
#include "mana/tensor/dtype.h"
#include "tests/support/sanitized.h"

namespace mana::kernels {
namespace {

constexpr double kTolerance = 1e-5;  // norm-wise

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
  const std::size_t step = kSanitized ? 5 : 1;
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
  if (kSanitized || isa == Isa::portable) return;
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
    MatrixWeights expected(outs, ins, layout);
    expected.set(0, w, bias);
    for (const bool transposed : {false, true}) {
      MatrixWeights laid_out(outs, ins, layout);
      laid_out.allocate();
      Shifted from(transposed ? turned : w, 3);
      for (std::size_t panel = 0; panel < laid_out.panel_count(); ++panel) {
        kernels.lay_out({from.data(), bias.data(), transposed, laid_out, panel, panel + 1});
      }
      EXPECT_TRUE(std::ranges::equal(laid_out.bytes(), expected.bytes())) << outs << " by " << ins << " " << transposed;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, WeightGradientTest, testing::ValuesIn(training_levels()), [](const auto& level) {
  return std::string(name_of(level.param.first)) + "_" + std::string(name_of(level.param.second));
});

}  // namespace
}  // namespace mana::kernels
