// Every gradient of reference/ in double against central differences: (L(x + h) - L(x - h)) / 2h.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "mana/kernels/reference/activation.h"
#include "mana/kernels/reference/attention.h"
#include "mana/kernels/reference/dropout.h"
#include "mana/kernels/reference/linear.h"
#include "mana/kernels/reference/norm.h"
#include "mana/kernels/test_values.h"

namespace mana::kernels::reference {
namespace {

using Values = std::vector<double>;

Values random_doubles(std::size_t size, unsigned seed, float spread = 1.0f) {
  return widened(random_values(size, seed, spread));
}

double dot(const Values& a, const Values& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// dL/dx of loss(x), element by element.
Values central_differences(Values x, const std::function<double(const Values&)>& loss) {
  Values gradient(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double value = x[i], step = 1e-5 * (1 + std::abs(value));
    x[i] = value + step;
    const double above = loss(x);
    x[i] = value - step;
    gradient[i] = (above - loss(x)) / (2 * step);
    x[i] = value;
  }
  return gradient;
}

TEST(ReferenceGradients, OfActivations) {
  const Values x = {-9.5, -3.1, -1.7, -0.6, -0.01, 0.02, 0.4, 1.3, 2.2, 5.0, 11.0};
  for (const Activation activation : {Activation::identity, Activation::gelu, Activation::gelu_tanh, Activation::relu,
                                      Activation::silu, Activation::tanh, Activation::sigmoid}) {
    Values derivative;
    for (const double value : x) derivative.push_back(activation_derivative(activation, value));
    const auto sum = [&](const Values& at) {
      double total = 0;
      for (const double value : at) total += activate(activation, value);
      return total;
    };
    EXPECT_LT(relative_error(derivative, central_differences(x, sum)), 1e-6) << name_of(activation);
  }
}

TEST(ReferenceGradients, OfALinearMap) {
  const std::size_t rows = 4, inputs = 3, outputs = 5;
  const Values x = random_doubles(rows * inputs, 1), w = random_doubles(outputs * inputs, 2),
               b = random_doubles(outputs, 3), dy = random_doubles(rows * outputs, 4);
  const auto loss = [&](const Values& weights, const Values& bias) {
    Values y(rows * outputs);
    linear(x.data(), rows, weights.data(), bias.data(), inputs, outputs, Activation::identity, y.data(), outputs);
    return dot(y, dy);
  };
  Values dw(w.size()), db(b.size());
  weight_gradient(x.data(), dy.data(), rows, inputs, outputs, 0, outputs, 0, inputs, dw.data(),
                  [](double value) { return value; });
  bias_gradient(dy.data(), rows, outputs, 0, outputs, db.data());
  EXPECT_LT(relative_error(dw, central_differences(w, [&](const Values& at) { return loss(at, b); })), 1e-6);
  EXPECT_LT(relative_error(db, central_differences(b, [&](const Values& at) { return loss(w, at); })), 1e-6);
}

TEST(ReferenceGradients, OfANorm) {
  const std::size_t width = 7;
  const double epsilon = 1e-3;
  const Values h = random_doubles(width, 1), gamma = random_doubles(width, 2), beta = random_doubles(width, 3),
               dz = random_doubles(width, 4);
  const auto loss = [&](const Values& at, const Values& scales, const Values& shifts) {
    Values z(width);
    add_norm(at.data(), static_cast<const double*>(nullptr), 1, width, scales.data(), shifts.data(), epsilon, z.data());
    return dot(z, dz);
  };
  Values z(width), normal(width), dh(width), dgamma(width), dbeta(width);
  const double scale = norm_forward(h.data(), width, gamma.data(), beta.data(), epsilon, z.data(), normal.data());
  norm_gradient(dz.data(), normal.data(), scale, width, gamma.data(), dh.data(), dgamma.data(), dbeta.data());
  EXPECT_NEAR(dot(z, dz), loss(h, gamma, beta), 1e-12);
  const auto differences = [&](const Values& x, const auto& of) { return central_differences(x, of); };
  EXPECT_LT(relative_error(dh, differences(h, [&](const Values& at) { return loss(at, gamma, beta); })), 1e-6);
  EXPECT_LT(relative_error(dgamma, differences(gamma, [&](const Values& at) { return loss(h, at, beta); })), 1e-6);
  EXPECT_LT(relative_error(dbeta, differences(beta, [&](const Values& at) { return loss(h, gamma, at); })), 1e-6);
}

/// A table of biases, and where their gradients are added up.
struct BiasTable {
  const Values& values;
  Values* gradient;
  std::size_t keys;
  double operator()(std::size_t query, std::size_t key) const { return values[query * keys + key]; }
  void add(std::size_t query, std::size_t key, double ds) const { (*gradient)[query * keys + key] += ds; }
};

TEST(ReferenceGradients, OfAttentionWithReachBiasAndDropout) {
  const std::size_t queries = 5, keys = 6, width = 3, value_width = 4;
  const Values q = random_doubles(queries * width, 1), k = random_doubles(keys * width, 2),
               v = random_doubles(keys * value_width, 3), table = random_doubles(queries * keys, 4),
               dout = random_doubles(queries * value_width, 5);
  for (const Reach& reach : {Reach::all(), Reach::causal(1), Reach::band(1), Reach::causal_band(2, 3)}) {
    for (const float probability : {0.0f, 0.3f}) {
      const Dropout dropout(probability, 11);
      const auto mask = [&](std::size_t i, std::size_t j) { return dropout_factor(dropout, i, j); };
      const auto head = [&](const Values& at_q, const Values& at_k, const Values& at_v) {
        return AttentionHead<double>{at_q.data(), width, at_k.data(), width,       at_v.data(), value_width,
                                     queries,     keys,  width,       value_width, 1.7,         reach};
      };
      const auto loss = [&](const Values& at_q, const Values& at_k, const Values& at_v, const Values& at_bias) {
        Values out(queries * value_width), p(keys);
        attention(head(at_q, at_k, at_v), out.data(), value_width, p.data(), BiasTable{at_bias, nullptr, keys}, mask);
        return dot(out, dout);
      };
      Values dq(q.size()), dk(k.size()), dv(v.size()), dbias(table.size()), p(2 * keys);
      attention_gradient(head(q, k, v), dout.data(), value_width,
                         {dq.data(), width, dk.data(), width, dv.data(), value_width}, p.data(),
                         BiasTable{table, &dbias, keys}, mask);
      const auto differences = [&](const Values& x, const auto& of) { return central_differences(x, of); };
      EXPECT_LT(relative_error(dq, differences(q, [&](const Values& at) { return loss(at, k, v, table); })), 1e-6);
      EXPECT_LT(relative_error(dk, differences(k, [&](const Values& at) { return loss(q, at, v, table); })), 1e-6);
      EXPECT_LT(relative_error(dv, differences(v, [&](const Values& at) { return loss(q, k, at, table); })), 1e-6);
      EXPECT_LT(relative_error(dbias, differences(table, [&](const Values& at) { return loss(q, k, v, at); })), 1e-6);
    }
  }
}

TEST(Attention, OfNoKeyIsZero) {
  const Values x = random_doubles(12, 1);
  const AttentionHead<double> head{x.data(), 3, x.data(), 3, x.data(), 3, 4, 4, 3, 3, 1.0, Reach::causal_band(0, 2)};
  Values out(12, 1.0), p(4);
  attention(head, out.data(), 3, p.data());
  EXPECT_EQ(Values(out.begin(), out.begin() + 3), Values(x.begin() + 6, x.begin() + 9));  // sees the third alone
  EXPECT_EQ(Values(out.begin() + 6, out.end()), Values(6, 0.0));
}

// The values of its authors (kat_vectors of Random123).
TEST(Philox, GivesTheKnownAnswers) {
  using Block = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}, 7), (Block{0x5f6fb709, 0x0d893f64, 0x4f121f81, 0x4f730a48}));
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}, 10), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}, 10),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Dropout, DropsItsShareAndKeepsTheMean) {
  for (const float probability : {0.1f, 0.5f}) {
    const Dropout dropout(probability, dropout_key(1, 2, 3));
    std::size_t dropped = 0;
    double sum = 0;
    constexpr std::size_t kRows = 100, kWidth = 1000;
    for (std::size_t row = 0; row < kRows; ++row) {
      for (std::size_t column = 0; column < kWidth; ++column) {
        const float factor = dropout_factor(dropout, row, column);
        dropped += factor == 0;
        sum += factor;
      }
    }
    constexpr double kCount = kRows * kWidth;
    const double deviation = std::sqrt(probability * (1 - probability) / kCount);  // of the share
    EXPECT_NEAR(static_cast<double>(dropped) / kCount, probability, 4 * deviation);
    EXPECT_NEAR(sum / kCount, 1, 4 * deviation / (1 - probability));
  }
  EXPECT_EQ(dropout_factor(Dropout(0.0f, 5), 1, 2), 1);
}

TEST(Dropout, StepsAndSitesHaveTheirOwnMasks) {
  const auto key = dropout_key(1, 2, 3);
  EXPECT_NE(dropout_key(1, 2, 4), key);
  EXPECT_NE(dropout_key(1, 3, 3), key);
  EXPECT_NE(dropout_key(2, 2, 3), key);
  EXPECT_EQ(dropout_key(1, 2, 3), key);
}

}  // namespace
}  // namespace mana::kernels::reference
