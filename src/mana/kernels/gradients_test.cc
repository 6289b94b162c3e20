// Kernels of training at every level against their definitions in double, over sizes, alignments and values, and with
// the same bits however the work is split. Those of weights and of attention have tests of their own.
#include "mana/kernels/gradients.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "mana/kernels/reference/activation.h"
#include "mana/kernels/reference/dropout.h"
#include "mana/kernels/reference/norm.h"
#include "mana/kernels/reference/optimiser.h"
#include "mana/kernels/test_values.h"
#include "tests/support/sanitized.h"

namespace mana::kernels {
namespace {

constexpr double kTolerance = 1e-5;  // norm-wise

constexpr Activation kActivations[] = {Activation::identity, Activation::gelu, Activation::gelu_tanh, Activation::relu,
                                       Activation::silu,     Activation::tanh, Activation::sigmoid};

class GradientKernelsTest : public testing::TestWithParam<Isa> {
 protected:
  const GradientTable& kernels = gradient_table(GetParam());
  const GradientTable& plain = gradient_table(Isa::portable);
};

TEST_P(GradientKernelsTest, ActivationsFollowTheirDefinition) {
  for (const Activation activation : kActivations) {
    for (const float spread : {0.01f, 1.0f, 5.0f, 1000.0f}) {
      for (const std::size_t count : {1UL, 15UL, 16UL, 33UL, 200UL}) {
        const auto x = random_values(count, 1, spread), dy = random_values(count, 2);
        Shifted in(x, 1), y(x, 5), dx(dy, 3);
        kernels.activate({activation, in.data(), count, y.data()});
        kernels.activation_gradient({activation, in.data(), dx.data(), count, dx.data()});
        kernels.activation_gradient({activation, in.data(), dy.data(), count, in.data()});
        EXPECT_EQ(in.values(), dx.values()) << name_of(activation);
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
  Shifted again(x, 5);
  kernels.norm_value({normal.data(), rows, width, gamma.data(), beta.data(), again.data()});
  EXPECT_TRUE(again.guarded());
  ASSERT_EQ(again.values(), z.values()) << "width " << width;

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
  for (std::size_t width = 1; width <= 100; width += kSanitized ? 7 : 1) {
    check_norm(kernels, {3, width, width % 2 == 0, width % 3 == 0 ? 0.2f : 0.0f});
  }
  for (const std::size_t rows : {1UL, 31UL, 32UL, 33UL, 200UL}) check_norm(kernels, {rows, 48, true, 0.1f});
  check_norm(kernels, {5, 384, true, 0.1f, 100.0f});
}

TEST_P(GradientKernelsTest, ANormKeepsTheSumWhereItIsWanted) {
  const std::size_t rows = 5;
  for (std::size_t width = 1; width <= 100; width += kSanitized ? 7 : 1) {
    const auto x = random_values(rows * width, 1), y = random_values(rows * width, 2), gamma = random_values(width, 3);
    const Dropout dropout(width % 2 == 0 ? 0.3f : 0.0f, 9);
    std::vector<float> z(x.size()), normal(x.size()), scale(rows), scale_too(rows);
    kernels.add_norm({x.data(), y.data(), dropout, 0, rows, width, gamma.data(), gamma.data(), 1e-5f, z.data(),
                      normal.data(), scale.data()});
    Shifted kept(x, width % 16), n(y, 1), z_too(x, 5);
    kernels.add_norm({kept.data(), n.data(), dropout, 0, rows, width, gamma.data(), gamma.data(), 1e-5f, z_too.data(),
                      n.data(), scale_too.data(), kept.data()});
    ASSERT_EQ(z_too.values(), z) << "width " << width;
    ASSERT_EQ(n.values(), normal) << "width " << width;
    ASSERT_EQ(scale_too, scale) << "width " << width;
    EXPECT_TRUE(kept.guarded() && n.guarded() && z_too.guarded());
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_EQ(kept.data()[i], x[i] + y[i] * reference::dropout_factor(dropout, i / width, i % width));
    }
  }
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

}  // namespace
}  // namespace mana::kernels
