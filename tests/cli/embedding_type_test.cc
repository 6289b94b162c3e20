// `mana embed --embedding-type`: what is written is what compress/ makes of the f32 vectors, in every form.
#include "mana/compress/embedding_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdint>
#include <cstring>
#include <span>

#include "mana/base/json.h"
#include "mana/formats/npy.h"
#include "process.h"

namespace mana::program {
namespace {

using compress::EmbeddingType;
using testing::HasSubstr;

constexpr std::size_t kDimensions = 13;  // not a multiple of eight

class EmbeddingTypes : public testing::TestWithParam<EmbeddingType> {
 protected:
  EmbeddingTypes() { write(sample(), "one\ntwo words\nthe cat sat on the mat\nhello\n"); }

  std::string sample() const { return (folder_ / "sample.txt").string(); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// Runs it with the same three texts, which go beyond the ranges of the sample.
  Outcome embed(std::vector<std::string> options) const {
    std::vector<std::string> arguments = {
        "embed", "--model", small_model().string(), "--quiet", "--truncate-dim", "13", "hello", "a b c 42", ""};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run(arguments);
  }

  /// The options of a type that is calibrated where it must be.
  std::vector<std::string> options(std::vector<std::string> more = {}) const {
    const EmbeddingType type = GetParam();
    more.insert(more.end(), {"--embedding-type", std::string(compress::name_of(type))});
    if (compress::needs_ranges(type)) more.insert(more.end(), {"--calibrate", sample()});
    return more;
  }

  compress::Quantiser quantiser() const {
    std::vector<std::string> arguments = {"embed", "--model", small_model().string(), "--truncate-dim", "13"};
    arguments.insert(arguments.end(), {"--quiet", "--input", sample(), "--output", path("sample.npy")});
    EXPECT_EQ(run(arguments).status, 0);
    compress::Calibration calibration(kDimensions);
    calibration.add(formats::Npy::open(path("sample.npy")).f32());
    return {GetParam(), kDimensions, calibration.ranges()};
  }

  /// What the rows must be, made of the vectors in f32.
  std::vector<std::byte> expected() const {
    EXPECT_EQ(embed({"--output", path("f32.npy")}).status, 0);
    const std::vector<float> vectors = formats::Npy::open(path("f32.npy")).f32();
    const compress::Quantiser stored_as = quantiser();
    std::vector<std::byte> rows(3 * stored_as.row_bytes());
    for (std::size_t row = 0; row < 3; ++row) {
      stored_as.store(std::span(vectors).subspan(row * kDimensions, kDimensions),
                      std::span(rows).subspan(row * stored_as.row_bytes(), stored_as.row_bytes()));
    }
    return rows;
  }

  TemporaryFolder folder_;
};

TEST_P(EmbeddingTypes, AreWrittenAsArrays) {
  const std::vector<std::byte> rows = expected();
  ASSERT_EQ(embed(options({"--output", path("v.npy")})).status, 0);
  const auto array = formats::Npy::open(path("v.npy"));
  const compress::Quantiser stored_as = quantiser();
  EXPECT_EQ(array.dtype(), stored_as.dtype());
  EXPECT_EQ(array.shape(), (formats::Shape{3, stored_as.columns()}));
  ASSERT_EQ(array.array().bytes.size(), rows.size());
  EXPECT_EQ(std::memcmp(array.array().bytes.data(), rows.data(), rows.size()), 0);
  EXPECT_EQ(embed(options({"--format", "npy"})).output, read(path("v.npy"))) << "into a pipe";
}

TEST_P(EmbeddingTypes, AreWrittenAsNumbers) {
  const std::vector<std::byte> rows = expected();
  const compress::Quantiser stored_as = quantiser();
  const auto element = [&](std::size_t i) -> double {
    const std::byte* at = rows.data() + i * size_of(stored_as.dtype());
    std::uint16_t half = 0;
    float real = 0;
    switch (stored_as.dtype()) {
      case DType::f16: return std::memcpy(&half, at, sizeof(half)), half_to_float(half);
      case DType::i8: return static_cast<std::int8_t>(*at);
      case DType::u8: return static_cast<std::uint8_t>(*at);
      default: return std::memcpy(&real, at, sizeof(real)), real;
    }
  };
  const std::vector<std::string> lines = lines_of(embed(options()).output);
  const std::vector<std::string> table = lines_of(embed(options({"--format", "tsv"})).output);
  ASSERT_EQ(lines.size(), 3);
  ASSERT_EQ(table.size(), 3);
  for (std::size_t row = 0; row < 3; ++row) {
    const json::Document document = json::Document::parse(lines[row], "output");
    const std::vector<json::Value> values = document.root().at("embedding").array();
    ASSERT_EQ(values.size(), stored_as.columns());
    std::string_view fields = table[row];
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double wanted = element(row * stored_as.columns() + i);
      if (stored_as.dtype() == DType::i8 || stored_as.dtype() == DType::u8) {
        EXPECT_EQ(static_cast<double>(values[i].integer()), wanted);
      } else {
        EXPECT_EQ(static_cast<float>(values[i].number()), static_cast<float>(wanted));
      }
      const std::string_view field = fields.substr(0, fields.find('\t'));
      EXPECT_EQ(std::stof(std::string(field)), static_cast<float>(wanted));
      fields.remove_prefix(std::min(fields.size(), field.size() + 1));
    }
    EXPECT_TRUE(fields.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Types, EmbeddingTypes,
                         testing::Values(EmbeddingType::f32, EmbeddingType::f16, EmbeddingType::int8,
                                         EmbeddingType::uint8, EmbeddingType::binary, EmbeddingType::ubinary),
                         [](const auto& each) { return std::string(compress::name_of(each.param)); });

TEST(Ranges, AreKeptAndReadAgain) {
  const TemporaryFolder folder;
  write(folder / "sample.jsonl", "{\"text\": \"one\"}\n{\"text\": \"two words\"}\n");
  const std::string ranges = (folder / "ranges.npy").string();
  const std::vector<std::string> base = {"embed", "--model", small_model().string(), "x", "--embedding-type", "uint8"};
  const auto with = [&](std::vector<std::string> options) {
    options.insert(options.begin(), base.begin(), base.end());
    return run(options);
  };
  const Outcome calibrated = with({"--calibrate", (folder / "sample.jsonl").string(), "--write-ranges", ranges});
  ASSERT_EQ(calibrated.status, 0) << calibrated.errors;
  EXPECT_THAT(calibrated.errors, HasSubstr("2 texts: too few to calibrate on"));
  EXPECT_EQ(formats::Npy::open(ranges).shape(), (formats::Shape{2, 32}));
  EXPECT_EQ(with({"--ranges", ranges}).output, calibrated.output);

  const Outcome shorter = with({"--ranges", ranges, "--truncate-dim", "8"});
  EXPECT_EQ(shorter.status, 1);
  EXPECT_THAT(shorter.errors, HasSubstr("ranges of 32 dimensions, but the vectors have 8"));
  write(folder / "one.txt", "one\n");
  const Outcome single = with({"--calibrate", (folder / "one.txt").string()});
  EXPECT_EQ(single.status, 1);
  EXPECT_THAT(single.errors, HasSubstr("one.txt: calibration needs at least 2 vectors, not 1"));
  EXPECT_EQ(with({"--ranges", (folder / "one.txt").string()}).status, 1);
  EXPECT_THAT(with({"--calibrate", (folder / "none.txt").string()}).errors, HasSubstr("none.txt"));
}

TEST(Ranges, CalibrationCanBeInterrupted) {
  const TemporaryFolder folder;
  Process process({"embed", "--model", small_model().string(), "x", "--embedding-type", "int8", "--calibrate", "-",
                   "--output", (folder / "v.npy").string()});
  process.write("a text that waits for more\n");
  ASSERT_TRUE(eventually([&] { return process.blocks(SIGINT); }));
  process.signal(SIGINT);
  const Outcome outcome = process.wait();
  EXPECT_EQ(outcome.status, 128 + SIGINT);
  EXPECT_THAT(outcome.errors, HasSubstr("mana: interrupted"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace mana::program
