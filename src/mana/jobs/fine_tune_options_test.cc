#include "mana/jobs/fine_tune_options.h"

#include <gmock/gmock.h>

#include "mana/jobs/option_error.h"

namespace mana::jobs {
namespace {

TEST(FineTuneOptions, RefusesValuesThatMeanNothingByTheirNames) {
  const auto refused = [](const FineTuneOptions& options, const char* sentence) {
    EXPECT_THAT([&] { check(options); }, testing::ThrowsMessage<OptionError>(testing::HasSubstr(sentence)));
  };
  refused({.model = "m"}, "`data` takes the files");
  refused({.model = "m", .data = {"pairs.tsv"}, .batch = 0}, "`batch` takes a whole number above 0");
  refused({.model = "m", .data = {"pairs.tsv"}, .learning_rate = 0}, "`learning_rate` takes a number above 0");
  refused({.model = "m", .data = {"pairs.tsv"}, .average = 1}, "`average` takes a number from 0 to below 1");
  refused({.model = "m", .precision = kernels::Precision::int8, .data = {"pairs.tsv"}}, "`precision` int8 is for");
  EXPECT_NO_THROW(check({.model = "m", .data = {"pairs.tsv"}}));
}

TEST(FineTuneOptions, AreKnownToCheckpointsByTheNamesOfTheFirstOnes) {
  FineTuneOptions options{.model = "m", .data = {"pairs.tsv"}, .matryoshka = {64, 32}};
  options.score_range = {0, 5};
  options.layer_decay = 0.9;
  const auto value = [&](const char* name) {
    for (const train::RunSetting& each : settings_of(options)) {
      if (each.name == name) return each.value;
    }
    return std::string("?");
  };
  EXPECT_EQ(value("--matryoshka"), "64,32");
  EXPECT_EQ(value("--score-range"), "0,5");
  EXPECT_EQ(value("--layer-decay"), "0.9");
  EXPECT_EQ(value("--learning-rate"), "2e-05");
  EXPECT_EQ(value("--columns"), "");
  EXPECT_EQ(value("--symmetric"), "no");
}

}  // namespace
}  // namespace mana::jobs
