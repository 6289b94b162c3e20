#include "mana/search/flat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "mana/base/errors.h"
#include "mana/search/scan.h"

namespace mana::search {
namespace {

using testing::ElementsAre;

using Lists = std::vector<std::vector<Hit>>;

const kernels::Table& fastest() { return kernels::table(kernels::choose_isa()); }

/// Vectors of random numbers in −1 … 1.
struct RandomVectors {
  RandomVectors(std::size_t count, std::size_t width, std::uint32_t state) : dimensions(width) {
    for (std::size_t i = 0; i < count * width; ++i) {
      state = state * 1664525 + 1013904223;
      values.push_back(static_cast<float>(state >> 8) / (1 << 23) - 1);
    }
  }
  operator Vectors() const { return {values, dimensions}; }

  std::vector<float> values;
  std::size_t dimensions;
};

Lists nearest(const Vectors& queries, const Vectors& documents, Similarity measure, std::size_t count, Team& team,
              const kernels::Table& kernels = fastest()) {
  return Flat(documents, measure, kernels, team).nearest(queries, count, team);
}

std::vector<std::vector<std::uint32_t>> numbers(const Lists& lists) {
  std::vector<std::vector<std::uint32_t>> all;
  for (const auto& hits : lists) {
    all.emplace_back();
    for (const Hit& hit : hits) all.back().push_back(hit.document);
  }
  return all;
}

/// By what a kernel of this precision may be off, of vectors of 21 numbers up to 1.
float tolerance(kernels::Precision precision) {
  switch (precision) {
    case kernels::Precision::f32: return 1e-5F;
    case kernels::Precision::bf16: return 0.05F;
    case kernels::Precision::int8: return 0.1F;
  }
  return 0;
}

/// Few queries share out the documents between the threads, many are shared out themselves.
class FlatSearch : public testing::TestWithParam<std::size_t> {
 protected:
  const RandomVectors queries_{GetParam(), 21, 1};
  const RandomVectors documents_{1300, 21, 2};
  Team alone_{1}, many_{5};
};

TEST_P(FlatSearch, FindsTheSameWithAnyNumberOfThreadsAndInAnyCompany) {
  for (const Similarity measure : kSimilarities) {
    const Lists found = nearest(queries_, documents_, measure, 50, alone_);
    EXPECT_EQ(nearest(queries_, documents_, measure, 50, many_), found);
    const Vectors third = Vectors(queries_).rows(2, 1);
    EXPECT_EQ(nearest(third, documents_, measure, 50, many_)[0], found[2]);
    for (std::size_t query = 0; query < found.size(); query += 6) {
      std::vector<Hit> all;
      for (std::uint32_t i = 0; i < 1300; ++i) {
        all.push_back({similarity(measure, Vectors(queries_)[query], Vectors(documents_)[i]), i});
      }
      std::ranges::sort(all, better);
      all.resize(50);
      ASSERT_EQ(numbers({found[query]}), numbers({all})) << query;
    }
  }
}

TEST_P(FlatSearch, FindsTheSameAsAScanWithAnyNumberOfThreads) {
  const auto read = [&](std::size_t first, std::size_t count, float* rows) {
    std::ranges::copy(Vectors(documents_).rows(first, count).values, rows);
  };
  for (const kernels::Isa isa : kernels::available_isas()) {
    const kernels::Table& kernels = kernels::table(isa);
    const Lists found = nearest(queries_, documents_, Similarity::dot, 50, alone_, kernels);
    for (Team* team : {&alone_, &many_}) {
      EXPECT_EQ(scan({.size = 1300, .read = read}, queries_, 50, kernels, *team), found);
    }
  }
}

TEST_P(FlatSearch, MultipliesAtEveryLevelInEveryPrecision) {
  for (const kernels::Isa isa : kernels::available_isas()) {
    for (const auto precision : {kernels::Precision::f32, kernels::Precision::bf16, kernels::Precision::int8}) {
      if (!kernels::available(precision, isa)) continue;
      SCOPED_TRACE(testing::Message() << kernels::name_of(isa) << ' ' << kernels::name_of(precision));
      const kernels::Table& kernels = kernels::table(isa, precision);
      const Lists found = nearest(queries_, documents_, Similarity::dot, 1300, alone_, kernels);
      EXPECT_EQ(nearest(queries_, documents_, Similarity::dot, 1300, many_, kernels), found);
      for (std::size_t query = 0; query < found.size(); query += 6) {
        for (const Hit& hit : found[query]) {
          const float expected =
              similarity(Similarity::dot, Vectors(queries_)[query], Vectors(documents_)[hit.document]);
          ASSERT_NEAR(hit.similarity, expected, tolerance(precision));
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, FlatSearch, testing::Values(7, 400));

TEST(Flat, RefusesWhatHasNoOrder) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kHuge = 1e30F;
  Team team(2);
  const auto expect = [&](const std::vector<float>& queries, const std::vector<float>& documents, Similarity measure,
                          const std::string& place) {
    for (const std::size_t count : {1, 9}) {
      EXPECT_THAT(
          [&] {
            nearest({queries, 1}, {documents, 1}, measure, count, team);
          },
          testing::ThrowsMessage<ArgumentError>(testing::HasSubstr(place)));
    }
  };
  for (const Similarity measure : kSimilarities) {
    expect({1, 2}, {3, -3, kNan, 2}, measure, "vector 1 of the queries and vector 3 of the documents");
    expect({1, kNan}, {-3, 2}, measure, "vector 2 of the queries and vector 1 of the documents");
  }
  expect({1, kHuge}, {1, kHuge}, Similarity::dot, "vector 2 of the queries and vector 2");
  expect({1, kHuge}, {1, -kHuge}, Similarity::dot, "vector 2 of the queries and vector 2");
  const auto read = [](std::size_t, std::size_t count, float* rows) { std::fill_n(rows, count, 1.0F); };
  std::vector<float> queries(1500, 1);
  queries[1200] = kNan;
  EXPECT_THAT(
      [&] {
        scan({.size = 3, .read = read}, {queries, 1}, 1, fastest(), team);
      },
      testing::ThrowsMessage<ArgumentError>(testing::HasSubstr("vector 1201 of the queries and vector 1 of")));
}

TEST(Flat, FindsNothingMoreAlikeThanTheSame) {
  const RandomVectors vectors(200, 384, 7);
  Team team(1);
  std::size_t alike = 0;
  for (const auto& hits : nearest(vectors, vectors, Similarity::cosine, 3, team)) {
    EXPECT_LE(hits.front().similarity, 1);
    alike += hits.front().similarity == 1 ? 1 : 0;
  }
  EXPECT_GT(alike, 0);
}

TEST(Flat, FindsAsManyAsAsked) {
  const std::vector<float> one = {1}, four = {7, -3, 8, 2}, two = {1, 2};
  Team team(1);
  const Flat flat({four, 1}, Similarity::dot, fastest(), team);
  EXPECT_EQ(flat.size(), 4u);
  EXPECT_THAT(numbers(flat.nearest({one, 1}, 9, team)), ElementsAre(ElementsAre(2, 0, 3, 1)));
  EXPECT_THAT(flat.nearest({one, 1}, 0, team), ElementsAre(ElementsAre()));
  EXPECT_THAT(flat.nearest({{}, 1}, 9, team), ElementsAre());
  EXPECT_THROW(flat.nearest({two, 2}, 1, team), ArgumentError);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(flat.nearest({one, 1}, 1, team, stop.get_token()), Cancelled);
  for (const Similarity measure : kSimilarities) {
    EXPECT_THAT(nearest({one, 1}, {{}, 1}, measure, 9, team), ElementsAre(ElementsAre()));
  }
}

TEST(Flat, ServesConcurrentSearches) {
  const RandomVectors queries(90, 32, 3), documents(700, 32, 4);
  Team builders(2);
  const Flat flat(documents, Similarity::cosine, fastest(), builders);
  const Lists expected = flat.nearest(queries, 5, builders);
  std::vector<Lists> found(4);
  std::vector<std::thread> callers;
  for (Lists& each : found) {
    callers.emplace_back([&] {
      Team team(2);
      each = flat.nearest(queries, 5, team);
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(found, testing::Each(expected));
}

}  // namespace
}  // namespace mana::search
