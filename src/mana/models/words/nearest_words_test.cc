#include "mana/models/words/nearest_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "mana/base/errors.h"
#include "mana/formats/word_file.h"
#include "mana/search/similarity.h"
#include "tests/support/source_path.h"

namespace mana::models {
namespace {

constexpr std::size_t kWidth = 21;

/// Words "0", "1", … with random vectors; every fifth one is that of the word before, so that some are equally near.
struct RandomWords {
  explicit RandomWords(std::size_t count) : values(count * kWidth) {
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = i / kWidth % 5 == 4 ? values[i - kWidth] : normal(random);
    }
    for (std::size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
    vectors.words.assign(names.begin(), names.end());
    vectors.dimensions = kWidth;
    vectors.bytes = std::as_bytes(std::span(values));
  }
  std::span<const float> row(std::size_t word) const { return std::span(values).subspan(word * kWidth, kWidth); }

  std::vector<float> values;
  std::vector<std::string> names;
  WordVectors vectors;
};

const kernels::Table& kernels_of(kernels::Isa isa) { return kernels::table(isa); }

TEST(NearestWords, AreThoseOfTheDefinitionAtEveryLevelWithAnyNumberOfThreads) {
  const RandomWords words(700);
  std::vector<float> queries(words.values.begin(), words.values.begin() + 40 * kWidth);
  for (float& value : queries) value *= 3;
  for (const kernels::Isa isa : kernels::available_isas()) {
    Team one(1), three(3);
    const auto found = nearest_words(words.vectors, queries, 10, {.team = one, .kernels = kernels_of(isa)});
    EXPECT_EQ(found, nearest_words(words.vectors, queries, 10, {.team = three, .kernels = kernels_of(isa)}));
    ASSERT_EQ(found.size(), 40u);
    for (std::size_t query = 0; query < found.size(); ++query) {
      std::vector<double> cosines;
      for (std::size_t word = 0; word < words.names.size(); ++word) {
        cosines.push_back(search::cosine(words.row(word), std::span(queries).subspan(query * kWidth, kWidth)));
      }
      std::vector<double> sorted = cosines;
      std::ranges::sort(sorted, std::greater());
      ASSERT_EQ(found[query].size(), 10u);
      EXPECT_EQ(found[query][0].word, query % 5 == 4 ? query - 1 : query) << "equal ones in the order of the words";
      for (std::size_t i = 0; i < 10; ++i) {
        EXPECT_NEAR(found[query][i].similarity, sorted[i], 1e-5);
        EXPECT_NEAR(cosines[found[query][i].word], sorted[i], 1e-5);
      }
    }
  }
}

TEST(NearestWords, AreAskedForInAnyNumberAmongTheFirst) {
  const RandomWords words(100);
  Team team(2);
  WordSearch search{.team = team, .kernels = kernels_of(kernels::Isa::portable), .among = 7};
  const auto query = words.row(50);
  EXPECT_EQ(nearest_words(words.vectors, query, 1000, search)[0].size(), 7u);
  EXPECT_TRUE(nearest_words(words.vectors, query, 0, search)[0].empty());
  EXPECT_TRUE(nearest_words(words.vectors, {}, 5, search).empty());
  EXPECT_THROW(nearest_words(words.vectors, query.first(3), 5, search), ArgumentError);
  std::stop_source stop;
  stop.request_stop();
  search.stop = stop.get_token();
  EXPECT_THROW(nearest_words(words.vectors, query, 5, search), Cancelled);
}

TEST(NearestWords, AreFoundBesideVectorsWithoutDirection) {
  RandomWords words(10);
  std::fill_n(words.values.begin() + kWidth, kWidth, 0.0f);
  Team team(1);
  const auto found =
      nearest_words(words.vectors, words.row(0), 10, {.team = team, .kernels = kernels_of(kernels::Isa::portable)})[0];
  EXPECT_EQ(found.size(), 10u);
  EXPECT_EQ(found[0].word, 0u);
  for (const Neighbour& each : found) EXPECT_TRUE(each.word != 1 || each.similarity == 0);
}

TEST(NearestWords, AreTheSameOnceVectorsOfSubwordsAreComposed) {
  const WordVectors vectors = formats::open_word_file(fixture_path("word_vectors/fasttext.bin"));
  Team team(2);
  const WordVectors whole = composed(vectors, team);
  EXPECT_FALSE(whole.subwords);
  std::vector<float> one(vectors.dimensions), other(vectors.dimensions);
  for (std::size_t word = 0; word < vectors.size(); ++word) {
    vectors.read_vector(word, one);
    whole.read_vector(word, other);
    EXPECT_EQ(one, other);
  }
  const WordSearch search{.team = team, .kernels = kernels_of(kernels::Isa::portable)};
  EXPECT_EQ(nearest_words(vectors, one, 9, search), nearest_words(whole, one, 9, search));
}

TEST(AnalogyQuery, AddsWordsOfUnitLength) {
  const std::vector<float> a = {2, 0}, b = {0, 5}, c = {-3, 0};
  EXPECT_THAT(analogy_query(a, b, c), testing::ElementsAre(-2, 1));
}

TEST(NearestWords, AreFoundAmongTinyAndHugeVectors) {
  const std::vector<float> values = {1e-30f, 0, 0, 1e30f, 1e-40f, 1e-40f, 2e30f, 1e30f};
  const WordVectors vectors{.words = {"a", "b", "c", "d"}, .dimensions = 2, .bytes = std::as_bytes(std::span(values))};
  Team team(1);
  const auto found = nearest_words(vectors, std::vector<float>{1e-30f, 0}, 4,
                                   {.team = team, .kernels = kernels_of(kernels::Isa::portable)});
  ASSERT_EQ(found.front().size(), 4u);
  const std::vector<std::pair<std::size_t, float>> expected = {{0, 1.0f}, {3, 0.8944272f}, {2, 0.7071068f}, {1, 0.0f}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(found.front()[i].word, expected[i].first);
    EXPECT_NEAR(found.front()[i].similarity, expected[i].second, 1e-6);
  }
}

TEST(NearestWords, RefuseAVectorThatIsNotFiniteAndNameItsWord) {
  RandomWords words(100);
  words.values[70 * kWidth + 3] = std::numeric_limits<float>::quiet_NaN();
  Team one(1), three(3);
  for (Team* team : {&one, &three}) {
    EXPECT_THAT(
        [&] {
          nearest_words(words.vectors, words.row(1), 3, {.team = *team, .kernels = kernels_of(kernels::Isa::portable)});
        },
        testing::ThrowsMessage<FormatError>(
            testing::HasSubstr("the vector of \"70\" is not of finite numbers: number 4 is nan")));
  }
  const auto before = nearest_words(words.vectors, words.row(1), 3,
                                    {.team = one, .kernels = kernels_of(kernels::Isa::portable), .among = 70});
  EXPECT_EQ(before.front().front().word, 1u) << "it is not among those that are searched";
}

}  // namespace
}  // namespace mana::models
