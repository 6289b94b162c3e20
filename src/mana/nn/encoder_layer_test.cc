// What an encoder layer promises beyond its kernels: the same bits in any batch and for any number of threads.
#include "mana/nn/encoder_layer.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "amx_emulator/levels.h"
#include "mana/nn/test_encoder_layer.h"

namespace mana::nn {
namespace {

constexpr std::size_t kModel = 24, kInner = 40, kHeads = 3;

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
  EncoderLayer layer = random_encoder_layer(kernels, kModel, kInner, kHeads);
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

INSTANTIATE_TEST_SUITE_P(Levels, EncoderLayerTest, testing::ValuesIn(amx_emulator::tested_levels()),
                         [](const auto& level) {
                           return std::string(kernels::name_of(level.param.first)) + "_" +
                                  std::string(kernels::name_of(level.param.second));
                         });

}  // namespace
}  // namespace mana::nn
