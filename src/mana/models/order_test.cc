// What models know of the order of tokens: nothing without positions (Vaswani et al. 2017, section 3.5). For every
// permutation p of a text's tokens the output of the permuted text is the permuted output, O_p(i) = O_i: exactly for
// layers that go row by row, and up to rounding for attention, which sums over the keys in another order.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include "amx_emulator/levels.h"
#include "mana/models/reference_layers.h"
#include "mana/nn/positions.h"
#include "mana/nn/test_encoder_layer.h"

namespace mana::models {
namespace {

using nn::Level;
using reference::Values;

constexpr std::size_t kTokens = 17, kModel = 24, kInner = 40, kHeads = 3;
constexpr int kPermutations = 20;

std::vector<std::size_t> straight() {
  std::vector<std::size_t> order(kTokens);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

/// Random orders of the tokens.
std::vector<std::vector<std::size_t>> permutations() {
  std::mt19937 random(3);
  std::vector<std::vector<std::size_t>> orders;
  for (int i = 0; i < kPermutations; ++i) std::ranges::shuffle(orders.emplace_back(straight()), random);
  return orders;
}

/// The rows of x in this order.
template <class T>
std::vector<T> in_order(const std::vector<T>& x, const std::vector<std::size_t>& order) {
  const std::size_t width = x.size() / order.size();
  std::vector<T> rows;
  for (const std::size_t row : order) rows.insert(rows.end(), x.begin() + row * width, x.begin() + (row + 1) * width);
  return rows;
}

template <class T>
T greatest_difference(const std::vector<T>& a, const std::vector<T>& b) {
  T greatest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) greatest = std::max(greatest, std::abs(a[i] - b[i]));
  return greatest;
}

/// The sinusoids of each place, added to the tokens that stand there.
template <class T>
std::vector<T> with_positions(std::vector<T> x) {
  const nn::Sinusoids sinusoids(kTokens, kModel, {});
  for (std::size_t t = 0; t < kTokens; ++t) {
    std::vector<float> place(kModel);
    sinusoids.stored().add(t, place);
    for (std::size_t i = 0; i < kModel; ++i) x[t * kModel + i] += static_cast<T>(place[i]);
  }
  return x;
}

/// Two layers of random weights by their definitions, in double.
class DoubleEncoder {
 public:
  Values operator()(Values x) const {
    for (unsigned layer = 0; layer < 2; ++layer) x = after_layer(x, 100 * layer);
    return x;
  }

 private:
  static Values random(std::size_t size, unsigned seed) {
    const std::vector<float> values = nn::random_values(size, seed);
    return {values.begin(), values.end()};
  }
  static Values map(const Values& x, std::size_t inputs, std::size_t outputs, unsigned seed,
                    kernels::Activation f = kernels::Activation::identity) {
    return reference::linear(x, kTokens, random(inputs * outputs, seed), random(outputs, seed + 1), f);
  }
  static void add_norm(Values& x, const Values& y) {
    reference::add(x, y);
    reference::norm(x, Values(kModel, 1), Values(kModel, 0), 1e-5f);
  }
  static Values after_layer(const Values& x, unsigned seed) {
    const std::vector<std::uint32_t> text = {0, kTokens};
    const Values q = map(x, kModel, kModel, seed + 1), k = map(x, kModel, kModel, seed + 3),
                 v = map(x, kModel, kModel, seed + 5);
    Values h = map(reference::Attention{text, text, kHeads}(q, k, v), kModel, kModel, seed + 7);
    add_norm(h, x);
    Values y = map(map(h, kModel, kInner, seed + 9, kernels::Activation::gelu), kInner, kModel, seed + 11);
    add_norm(y, h);
    return y;
  }
};

TEST(OrderByDefinition, APermutedTextHasThePermutedOutputWithoutPositionsOnly) {
  const DoubleEncoder encoder;
  const std::vector<float> random = nn::random_values(kTokens * kModel, 11);
  const Values x(random.begin(), random.end());
  const Values plain = encoder(x), placed = encoder(with_positions(x));
  for (const std::vector<std::size_t>& order : permutations()) {
    EXPECT_LT(greatest_difference(encoder(in_order(x, order)), in_order(plain, order)), 1e-12);
    EXPECT_GT(greatest_difference(encoder(with_positions(in_order(x, order))), in_order(placed, order)), 1e-2);
  }
}

class OrderTest : public testing::TestWithParam<Level> {
 protected:
  Tensor tensor(const std::vector<float>& x) {
    Tensor made = pool.tensor(kTokens, x.size() / kTokens);
    std::ranges::copy(x, made.data());
    return made;
  }
  static std::vector<float> values(const Tensor& y) { return {y.data(), y.data() + y.rows() * y.columns()}; }

  std::vector<float> encode(const std::vector<float>& x) {
    const std::vector<std::int32_t> ids(kTokens);
    const std::vector<std::uint32_t> text = {0, kTokens};
    return values(end_of(run, layer(run, nn::Stream(tensor(x)), {.ids = ids, .type_ids = {}, .offsets = text})));
  }
  std::vector<float> attend(const std::vector<float>& x) {
    const std::vector<std::int32_t> ids(kTokens);
    const std::vector<std::uint32_t> text = {0, kTokens};
    return values(layer.attend(run, tensor(x), nn::TokenBatch{.ids = ids, .type_ids = {}, .offsets = text}));
  }

  const kernels::Table& kernels = kernels::table(GetParam().first, GetParam().second);
  nn::EncoderLayer layer = nn::random_encoder_layer(kernels, kModel, kInner, kHeads);
  std::vector<float> vectors = nn::random_values(kTokens * kModel, 11);
  Pool pool;
  const nn::Run run{kernels, pool};
};

TEST_P(OrderTest, APermutedTextHasThePermutedOutputWithoutPositionsOnly) {
  // A last bit may decide how an input of a product is rounded to fewer bits.
  const float tolerance = kernels.precision == kernels::Precision::f32 ? 2e-6f : 4e-2f;
  const std::vector<float> plain = encode(vectors), placed = encode(with_positions(vectors));
  for (const std::vector<std::size_t>& order : permutations()) {
    EXPECT_LT(greatest_difference(encode(in_order(vectors, order)), in_order(plain, order)), tolerance);
    EXPECT_GT(greatest_difference(encode(with_positions(in_order(vectors, order))), in_order(placed, order)), 1e-2f);
  }
}

TEST_P(OrderTest, LayersThatGoRowByRowHaveThePermutedBits) {
  const auto linear = [&](const std::vector<float>& in) { return values(layer.feed_forward.widen(run, tensor(in))); };
  const auto norm = [&](const std::vector<float>& in) { return values(layer.attend_norm.norm(run, tensor(in))); };
  const auto feed_forward = [&](const std::vector<float>& in) { return values(layer.feed_forward(run, tensor(in))); };
  const auto check = [&](const auto& rowwise) {
    const std::vector<float> plain = rowwise(vectors);
    for (const std::vector<std::size_t>& order : permutations()) {
      ASSERT_EQ(rowwise(in_order(vectors, order)), in_order(plain, order));
    }
  };
  check(linear);
  check(norm);
  check(feed_forward);
}

TEST_P(OrderTest, OfCausalAttentionATokenChangesNoBitBeforeIt) {
  layer.attend.reach = kernels::Reach::causal();
  const std::vector<float> before = attend(vectors);
  for (std::size_t changed = 0; changed < kTokens; ++changed) {
    std::vector<float> other = vectors;
    for (std::size_t i = 0; i < kModel; ++i) other[changed * kModel + i] += 1;
    const std::vector<float> after = attend(other);
    for (std::size_t t = 0; t < kTokens; ++t) {
      const auto row = static_cast<std::ptrdiff_t>(t * kModel);
      const bool same = std::equal(before.begin() + row, before.begin() + row + kModel, after.begin() + row);
      EXPECT_EQ(same, t < changed) << "token " << t << ", changed " << changed;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, OrderTest, testing::ValuesIn(amx_emulator::tested_levels()), [](const auto& level) {
  return std::string(kernels::name_of(level.param.first)) + "_" + std::string(kernels::name_of(level.param.second));
});

}  // namespace
}  // namespace mana::models
