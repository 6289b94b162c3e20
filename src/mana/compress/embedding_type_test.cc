#include "mana/compress/embedding_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "tests/support/source_path.h"

namespace mana::compress {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr EmbeddingType kTypes[] = {EmbeddingType::f32,   EmbeddingType::f16,    EmbeddingType::int8,
                                    EmbeddingType::uint8, EmbeddingType::binary, EmbeddingType::ubinary};

std::vector<float> numbers(const json::Value& list) {
  std::vector<float> values;
  for (const json::Value& each : list.array()) values.push_back(static_cast<float>(each.number()));
  return values;
}

std::vector<std::byte> stored(const Quantiser& quantiser, std::span<const float> vector) {
  std::vector<std::byte> row(quantiser.row_bytes(), std::byte{0x55});
  quantiser.store(vector, row);
  return row;
}

/// The elements of a row as the fixture has them: halves as their bits.
std::vector<std::int64_t> elements(const Quantiser& quantiser, std::span<const std::byte> row) {
  std::vector<std::int64_t> all(quantiser.columns());
  for (std::size_t i = 0; i < all.size(); ++i) {
    switch (quantiser.dtype()) {
      case DType::f16: {
        std::uint16_t bits = 0;
        std::memcpy(&bits, row.data() + 2 * i, sizeof(bits));
        all[i] = bits;
        break;
      }
      case DType::i8: all[i] = static_cast<std::int8_t>(row[i]); break;
      default: all[i] = static_cast<std::uint8_t>(row[i]); break;
    }
  }
  return all;
}

TEST(Quantiser, EqualsSentenceTransformersBitForBit) {
  const auto fixture = json::Document::read(fixture_path("embedding_types/expected.json"));
  std::size_t compared = 0;
  for (const json::Value& each : fixture.root().at("cases").array()) {
    SCOPED_TRACE(std::string(each.at("shows").string()));
    std::vector<float> bounds = numbers(each.at("ranges").array().at(0));
    const std::size_t dimensions = bounds.size();
    const std::vector<float> greatest = numbers(each.at("ranges").array().at(1));
    bounds.insert(bounds.end(), greatest.begin(), greatest.end());
    const EmbeddingRanges ranges(bounds);
    if (const auto sample = each.find("calibration")) {
      Calibration calibration(dimensions);
      for (const json::Value& vector : sample->array()) calibration.add(numbers(vector));
      EXPECT_THAT(calibration.ranges().values(), testing::ElementsAreArray(bounds));
    }
    const std::vector<json::Value> vectors = each.at("vectors").array();
    for (const EmbeddingType type : kTypes) {
      if (type == EmbeddingType::f32) continue;
      SCOPED_TRACE(std::string(name_of(type)));
      const Quantiser quantiser(type, dimensions, ranges);
      const std::vector<json::Value> expected = each.at(name_of(type)).array();
      ASSERT_EQ(expected.size(), vectors.size());
      for (std::size_t row = 0; row < vectors.size(); ++row) {
        const auto actual = elements(quantiser, stored(quantiser, numbers(vectors[row])));
        const std::vector<json::Value> wanted = expected[row].array();
        ASSERT_EQ(actual.size(), wanted.size());
        for (std::size_t i = 0; i < actual.size(); ++i, ++compared) EXPECT_EQ(actual[i], wanted[i].integer());
      }
    }
  }
  EXPECT_GT(compared, 3000U);
}

TEST(Quantiser, KeepsFloatsAsTheyAre) {
  const std::vector<float> vector = {1.5f, -0.0f, std::numeric_limits<float>::denorm_min()};
  const Quantiser quantiser(EmbeddingType::f32, 3);
  EXPECT_EQ(std::memcmp(stored(quantiser, vector).data(), vector.data(), 12), 0);
}

TEST(Quantiser, LevelsOfWhatIsNoNumber) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity(), kNan = std::numeric_limits<float>::quiet_NaN();
  const EmbeddingRanges ranges({-1, -1, -1, 1, 1, 1});
  const std::vector<float> vector = {-kInfinity, kInfinity, kNan};
  const Quantiser levels(EmbeddingType::uint8, 3, ranges), shifted(EmbeddingType::int8, 3, ranges);
  EXPECT_THAT(elements(levels, stored(levels, vector)), ElementsAre(0, 255, 0));
  EXPECT_THAT(elements(shifted, stored(shifted, vector)), ElementsAre(-128, 127, -128));
}

TEST(Quantiser, SaysWhatAHalfDoesNotHold) {
  const Quantiser halves(EmbeddingType::f16, 2);
  for (const float value : {0.0f, 65504.0f, -65519.0f, 1e-30f}) {
    EXPECT_TRUE(halves.holds(std::vector{value, 1.0f}));
    EXPECT_TRUE(std::isfinite(
        half_to_float(static_cast<std::uint16_t>(elements(halves, stored(halves, std::vector{value, 1.0f})).at(0)))));
  }
  for (const float value : {65520.0f, -65520.0f, 1e38f}) {
    EXPECT_FALSE(halves.holds(std::vector{1.0f, value}));
    EXPECT_TRUE(Quantiser(EmbeddingType::f32, 2).holds(std::vector{1.0f, value}));
  }
}

TEST(Quantiser, SizesAndTypes) {
  const EmbeddingRanges ranges(std::vector<float>(18));
  const auto row = [&](EmbeddingType type) {
    const Quantiser quantiser(type, 9, ranges);
    return std::tuple(quantiser.dtype(), quantiser.columns(), quantiser.row_bytes());
  };
  EXPECT_EQ(row(EmbeddingType::f32), std::tuple(DType::f32, 9, 36));
  EXPECT_EQ(row(EmbeddingType::f16), std::tuple(DType::f16, 9, 18));
  EXPECT_EQ(row(EmbeddingType::int8), std::tuple(DType::i8, 9, 9));
  EXPECT_EQ(row(EmbeddingType::uint8), std::tuple(DType::u8, 9, 9));
  EXPECT_EQ(row(EmbeddingType::binary), std::tuple(DType::i8, 2, 2));
  EXPECT_EQ(row(EmbeddingType::ubinary), std::tuple(DType::u8, 2, 2));
}

TEST(Quantiser, RefusesWhatDoesNotFit) {
  EXPECT_THAT([] { Quantiser(EmbeddingType::int8, 2); },
              ThrowsMessage<ArgumentError>(HasSubstr("int8 embeddings need the range of each dimension")));
  EXPECT_THAT(
      [] {
        Quantiser(EmbeddingType::uint8, 3, EmbeddingRanges({0, 0, 1, 1}));
      },
      ThrowsMessage<ArgumentError>(HasSubstr("ranges of 2 dimensions, but vectors of 3")));
  const Quantiser quantiser(EmbeddingType::ubinary, 3);
  std::vector<std::byte> row(2);
  EXPECT_THROW(quantiser.store(std::vector<float>(3), row), ArgumentError);
  EXPECT_THROW(quantiser.store(std::vector<float>(2), std::span(row).first(1)), ArgumentError);
}

}  // namespace
}  // namespace mana::compress
