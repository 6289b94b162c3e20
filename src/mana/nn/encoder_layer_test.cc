// What the layers of nn/ promise beyond their kernels: shapes, batches, and that order means nothing without positions.
#include "mana/nn/encoder_layer.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "amx_emulator/levels.h"
#include "mana/nn/test_layers.h"

namespace mana::nn {
namespace {

constexpr std::size_t kModel = 24, kInner = 40, kHeads = 3;

EncoderLayer random_layer(const kernels::Table& kernels) {
  const LayerNorm norm{std::vector<float>(kModel, 1.0f), std::vector<float>(kModel, 0.0f), 1e-5f};
  return {.attend = {random_linear(kernels, 3 * kModel, kModel, 1), random_linear(kernels, kModel, kModel, 3), kHeads},
          .attend_norm = {norm},
          .feed_forward = {random_linear(kernels, kInner, kModel, 5), random_linear(kernels, kModel, kInner, 7)},
          .feed_norm = {norm}};
}

class EncoderLayerTest : public testing::TestWithParam<Level> {
 protected:
  /// The layer on texts whose token vectors are rows of `values`, in the order that `rows` says.
  std::vector<float> run(const std::vector<std::uint32_t>& offsets, const std::vector<std::size_t>& rows,
                         Team* team = nullptr) {
    Tensor x = pool.tensor(rows.size(), kModel);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(rows[i] * kModel), kModel, x.row(i).begin());
    }
    const std::vector<std::int32_t> ids(rows.size());
    const kernels::Run context{kernels, pool, team};
    const Tensor y =
        end_of(context, layer(context, Stream(std::move(x)), {.ids = ids, .type_ids = {}, .offsets = offsets}));
    return {y.data(), y.data() + rows.size() * kModel};
  }

  const kernels::Table& kernels = kernels::table(GetParam().first, GetParam().second);
  EncoderLayer layer = random_layer(kernels);
  std::vector<float> values = random_values(40 * kModel, 11);
  Pool pool;
};

TEST_P(EncoderLayerTest, ATextInABatchHasTheBitsOfTheTextAlone) {
  std::vector<std::size_t> all(40);
  std::iota(all.begin(), all.end(), 0);
  const std::vector<std::uint32_t> offsets = {0, 1, 18, 18, 40};
  const std::vector<float> together = run(offsets, all);
  for (std::size_t text = 0; text + 1 < offsets.size(); ++text) {
    const std::vector<std::size_t> rows(all.begin() + offsets[text], all.begin() + offsets[text + 1]);
    const std::vector<float> alone = run({0, offsets[text + 1] - offsets[text]}, rows);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), together.begin() + offsets[text] * kModel)) << "text " << text;
  }
}

TEST_P(EncoderLayerTest, ATeamGivesTheBitsOfOneThread) {
  std::vector<std::size_t> all(40);
  std::iota(all.begin(), all.end(), 0);
  const std::vector<float> alone = run({0, 17, 40}, all);
  for (const unsigned size : {2U, 3U, 4U}) {
    Team team(size);
    EXPECT_EQ(run({0, 17, 40}, all, &team), alone) << size << " threads";
  }
}

// Attention without positions is equivariant: y(Px) = P y(x) for every permutation P of a text's tokens. The sums over
// tokens are then taken in another order, so equal means equal up to rounding.
TEST_P(EncoderLayerTest, IsPermutationEquivariantWithoutPositions) {
  // A last bit may decide how an input of a product is rounded to fewer bits.
  const float tolerance = kernels.precision == kernels::Precision::f32 ? 2e-6f : 2e-2f;
  std::vector<std::size_t> order(17);
  std::iota(order.begin(), order.end(), 0);
  const std::vector<float> straight = run({0, 17}, order);
  std::shuffle(order.begin(), order.end(), std::mt19937(3));
  const std::vector<float> permuted = run({0, 17}, order);
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t c = 0; c < kModel; ++c) {
      ASSERT_NEAR(permuted[i * kModel + c], straight[order[i] * kModel + c], tolerance);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, EncoderLayerTest, testing::ValuesIn(amx_emulator::tested_levels()),
                         [](const auto& level) {
                           return std::string(kernels::name_of(level.param.first)) + "_" +
                                  std::string(kernels::name_of(level.param.second));
                         });

}  // namespace
}  // namespace mana::nn
