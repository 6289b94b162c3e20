#include "mana/compress/embedding_ranges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/formats/npy.h"

namespace mana::compress {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(EmbeddingRanges, SurviveTheirFile) {
  const TemporaryFolder folder;
  const EmbeddingRanges ranges({-1, 0.25f, 3, -0.5f, 0.25f, 4});
  ranges.write(folder / "ranges.npy");
  EXPECT_EQ(formats::Npy::open(folder / "ranges.npy").shape(), (formats::Shape{2, 3}));
  const EmbeddingRanges read = EmbeddingRanges::read(folder / "ranges.npy");
  EXPECT_THAT(read.least(), ElementsAre(-1, 0.25f, 3));
  EXPECT_THAT(read.greatest(), ElementsAre(-0.5f, 0.25f, 4));
}

TEST(EmbeddingRanges, RefuseWhatCannotBe) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity(), kNan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(EmbeddingRanges({}), ArgumentError);
  EXPECT_THROW(EmbeddingRanges({1, 2, 3}), ArgumentError);
  EXPECT_THAT(
      [] {
        EmbeddingRanges({0, 2, 1, 1});
      },
      ThrowsMessage<ArgumentError>(HasSubstr("dimension 1 cannot range from 2 to 1")));
  EXPECT_THROW(EmbeddingRanges({0, kInfinity}), ArgumentError);
  EXPECT_THROW(EmbeddingRanges({-kInfinity, 0}), ArgumentError);
  EXPECT_THROW(EmbeddingRanges({kNan, 0}), ArgumentError);
  EXPECT_THROW(EmbeddingRanges({0, kNan}), ArgumentError);
  EXPECT_THROW(EmbeddingRanges({-3e38f, 3e38f}), ArgumentError) << "the step between levels would be infinite";
}

TEST(EmbeddingRanges, RefuseFilesThatHoldNone) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& header, std::size_t bytes, const std::string& sentence) {
    AtomicFile file(folder / "x.npy");
    file.write(header + std::string(bytes, '\0'));
    file.commit();
    EXPECT_THAT([&] { EmbeddingRanges::read(folder / "x.npy"); },
                ThrowsMessage<FormatError>(testing::AllOf(HasSubstr("x.npy"), HasSubstr(sentence))));
  };
  refused(formats::npy_header(3, 2), 24, "[2, dimensions], not [3, 2]");
  refused(formats::npy_header(2, 0), 0, "not [2, 0]");
  refused(formats::npy_header(2, 3, DType::u8), 6, "u8");
  refused("nothing", 0, "not an .npy file");
  EXPECT_THROW(EmbeddingRanges::read(folder / "none.npy"), IoError);
}

TEST(Calibration, FindsTheBoundsOfEachDimension) {
  Calibration calibration(2);
  EXPECT_THROW(calibration.ranges(), ArgumentError);
  calibration.add(std::vector<float>{1, -5});
  EXPECT_THAT([&] { calibration.ranges(); }, ThrowsMessage<ArgumentError>(HasSubstr("at least 2 vectors, not 1")));
  calibration.add(std::vector<float>{0.5f, -6, 3, -5.5f});
  calibration.add({});
  EXPECT_EQ(calibration.size(), 3U);
  EXPECT_THAT(calibration.ranges().values(), ElementsAre(0.5f, -6, 3, -5));
  EXPECT_THROW(calibration.add(std::vector<float>{1}), ArgumentError);
}

TEST(Calibration, DoesNotPassOverWhatIsNoNumber) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Calibration calibration(1);
    calibration.add(std::vector<float>{1, bad, 2, 3});
    EXPECT_THAT([&] { calibration.ranges(); }, ThrowsMessage<ArgumentError>(HasSubstr("dimension 0")));
  }
}

}  // namespace
}  // namespace mana::compress
