#include "mana/jobs/compress.h"

#include <gmock/gmock.h>

#include "mana/jobs/option_error.h"

namespace mana::jobs {
namespace {

using testing::ThrowsMessage;

TEST(Compress, RefusesOptionsThatContradictEachOtherByTheirNames) {
  const auto refused = [](const CompressOptions& options, const char* sentence) {
    EXPECT_THAT([&] { check(options); }, ThrowsMessage<OptionError>(sentence));
  };
  refused({.distil = true, .method = Shortening::prefix}, "`distil` has its own dimensions: leave out `method`");
  refused({.method = Shortening::prefix}, "`method` prefix needs `dimensions`");
  refused({.levels = std::vector{kernels::Isa::avx2}, .no_pack = true},
          "`levels` and `no_pack` contradict each other: give one of them");
  refused({.precision = kernels::Precision::int8, .no_pack = true},
          "`precision` int8 is stored in the packed model: leave out `no_pack`");
  refused({.vocabulary = 5}, "`vocabulary` needs a `corpus`, which says what tokens are used");
}

TEST(Compress, AllowsALossForEachThingThatIsDone) {
  EXPECT_EQ(CompressOptions{}.allowed_drop(), 0.0);
  EXPECT_EQ((CompressOptions{.dimensions = 3, .precision = kernels::Precision::bf16}.allowed_drop()), 2.5);
  EXPECT_EQ((CompressOptions{.distil = true, .max_drop = 7}.allowed_drop()), 7.0);
  EXPECT_EQ((CompressOptions{.layers = std::vector<std::size_t>{1}}.allowed_drop()), std::nullopt);
}

}  // namespace
}  // namespace mana::jobs
