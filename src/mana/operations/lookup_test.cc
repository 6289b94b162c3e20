// Sums and means of rows of tables, and their gradients, against plain loops; a team of threads gives the same bits.
#include "mana/operations/lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <vector>

namespace mana::operations {
namespace {

using testing::ElementsAreArray;

constexpr std::size_t kWidth = 19, kRows = 23;

std::vector<float> random_values(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(size);
  for (float& value : values) value = normal(random);
  return values;
}

class TeamLookupTest : public testing::Test {
 protected:
  StoredRows stored(const std::vector<float>& table) const {
    return {std::as_bytes(std::span(table)), DType::f32, kWidth};
  }
  std::span<const float> row(std::size_t table, std::size_t index) const {
    return std::span(tables_[table]).subspan(index * kWidth, kWidth);
  }
  Tensor random_tensor(std::size_t rows, unsigned seed) {
    Tensor x = pool_.tensor(rows, kWidth);
    std::ranges::copy(random_values(rows * kWidth, seed), x.data());
    return x;
  }
  /// What `work` gives on the calling thread and, at every level, by a team.
  std::vector<float> at_every_level(const std::function<std::vector<float>(const kernels::Run&)>& work) {
    Team team(3);
    const std::vector<float> plain = work({kernels::table(kernels::Isa::portable), pool_});
    for (const kernels::Isa isa : kernels::available_isas()) {
      EXPECT_EQ(work({kernels::table(isa), pool_}), plain) << kernels::name_of(isa);
      EXPECT_EQ(work({kernels::table(isa), pool_, &team}), plain) << kernels::name_of(isa) << " by a team";
    }
    return plain;
  }

  Pool pool_;
  const std::vector<std::vector<float>> tables_ = {random_values(kRows * kWidth, 1), random_values(kRows* kWidth, 2),
                                                   random_values(kRows* kWidth, 3)};
  const std::vector<std::uint32_t> offsets_ = {0, 3, 3, 7, 8};
  const std::vector<std::int32_t> ids_ = {22, 0, 5, 5, 7, 5, 1, 22};
  const Sequences texts_{.offsets = offsets_};
};

std::vector<float> values_of(const Tensor& x) { return {x.data(), x.data() + x.rows() * x.columns()}; }

TEST_F(TeamLookupTest, SumsAreOfIdsPlacesAndRowZero) {
  const Lookup lookups[] = {
      {stored(tables_[0]), Key::id, ids_}, {stored(tables_[1])}, {stored(tables_[2]), Key::place}};
  const std::size_t places[] = {0, 1, 2, 0, 1, 2, 3, 0};
  std::vector<float> expected;
  for (std::size_t t = 0; t < ids_.size(); ++t) {
    for (std::size_t i = 0; i < kWidth; ++i) {
      expected.push_back(row(0, static_cast<std::size_t>(ids_[t]))[i] + row(1, 0)[i] + row(2, places[t])[i]);
    }
  }
  EXPECT_THAT(at_every_level([&](const kernels::Run& run) { return values_of(sum_of_lookups(run, lookups, texts_)); }),
              ElementsAreArray(expected));
}

TEST_F(TeamLookupTest, MeansAreZeroWithoutTokens) {
  std::vector<float> expected(texts_.count() * kWidth, 0.0f);
  for (std::size_t text = 0; text < texts_.count(); ++text) {
    for (std::size_t i = 0; i < kWidth && texts_.length(text) != 0; ++i) {
      float& mean = expected[text * kWidth + i];
      for (std::size_t t = offsets_[text]; t < offsets_[text + 1]; ++t) {
        mean += row(0, static_cast<std::size_t>(ids_[t]))[i];
      }
      mean /= static_cast<float>(texts_.length(text));
    }
  }
  EXPECT_THAT(at_every_level([&](const kernels::Run& run) {
                return values_of(mean_of_lookups(run, stored(tables_[0]), ids_, texts_));
              }),
              ElementsAreArray(expected));
}

TEST_F(TeamLookupTest, GradientsOfATeamOfThreadsAreThoseOfPlainLoops) {
  const Tensor dy = random_tensor(ids_.size(), 4), dmean = random_tensor(texts_.count(), 5);
  const auto sums = [&](const auto& add) {
    return at_every_level([&](const kernels::Run& run) {
      std::vector<float> table(kRows * kWidth, 0.0f);
      add(run, table.data());
      return table;
    });
  };
  const auto plain = [&](const auto& row_of, const auto& gradient_of) {
    std::vector<float> table(kRows * kWidth, 0.0f);
    for (std::size_t text = 0; text < texts_.count(); ++text) {
      for (std::size_t t = offsets_[text]; t < offsets_[text + 1]; ++t) {
        for (std::size_t i = 0; i < kWidth; ++i) table[row_of(t, text) * kWidth + i] += gradient_of(t, text)[i];
      }
    }
    return table;
  };
  const auto by_id = [&](std::size_t t, std::size_t) { return static_cast<std::size_t>(ids_[t]); };
  const auto of_token = [&](std::size_t t, std::size_t) { return dy.row(t); };
  EXPECT_EQ(sums([&](const kernels::Run& run, float* table) { add_lookup_gradient(run, ids_, dy, table); }),
            plain(by_id, of_token));
  EXPECT_EQ(sums([&](const kernels::Run& run, float* table) { add_lookup_gradient(run, {}, dy, table); }),
            plain([](std::size_t, std::size_t) { return std::size_t{0}; }, of_token));
  EXPECT_EQ(sums([&](const kernels::Run& run, float* table) { add_place_gradient(run, texts_, dy, table); }),
            plain([&](std::size_t t, std::size_t text) { return t - offsets_[text]; }, of_token));
  const auto means =
      sums([&](const kernels::Run& run, float* table) { add_mean_lookup_gradient(run, ids_, texts_, dmean, table); });
  const auto expected = plain(by_id, [&](std::size_t, std::size_t text) {
    std::vector<float> shares(dmean.row(text).begin(), dmean.row(text).end());
    for (float& share : shares) share /= static_cast<float>(texts_.length(text));
    return shares;
  });
  EXPECT_THAT(means, testing::Pointwise(testing::FloatNear(1e-6f), expected));
}

}  // namespace
}  // namespace mana::operations
