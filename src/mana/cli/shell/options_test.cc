#include "mana/cli/shell/options.h"

#include <gmock/gmock.h>

namespace mana::cli {
namespace {

using testing::ThrowsMessage;

struct Numbers {
  double rate = 2e-5;
  std::optional<float> margin;
  unsigned threads = 0;

  void parse(std::vector<std::string> arguments) {
    Options options({"command", "", ""}, std::move(arguments));
    options.option("--rate", "X", "", rate, {.least = 0, .above = 0});
    options.option("--margin", "X", "", margin);
    options.option("--threads", "N", "", threads, {.most = 8});
    options.parse();
  }
};

TEST(Options, ReadsRealNumbers) {
  Numbers numbers;
  numbers.parse({"--rate", "1e-3", "--margin=-0.5"});
  EXPECT_EQ(numbers.rate, 1e-3);
  EXPECT_EQ(numbers.margin, -0.5F);
}

TEST(Options, RefusesNumbersOutOfTheirRangeAndWhatIsNone) {
  const auto refused = [](std::vector<std::string> arguments, const char* sentence) {
    EXPECT_THAT([&] { Numbers().parse(arguments); }, ThrowsMessage<UsageError>(sentence));
  };
  refused({"--rate", "0"}, "--rate takes a number above 0, not '0'");
  refused({"--rate", "-1"}, "--rate takes a number of at least 0, not '-1'");
  refused({"--rate", "nan"}, "--rate takes a number of at least 0, not 'nan'");
  refused({"--margin", "1x"}, "--margin takes a number, not '1x'");
  refused({"--threads", "9"}, "--threads takes at most 8, not '9'");
  refused({"--threads", "1.5"}, "--threads takes a whole number, not '1.5'");
}

TEST(Options, SaysTheLibrarysNamesAsFlags) {
  Options options({"command", "", ""}, {});
  bool flag = false;
  options.flag("--keep-last", "", flag);
  options.known_as("distil", "--static");
  EXPECT_EQ(options.with_flags("give `keep_last`, or `distil` without `isa`"),
            "give --keep-last, or --static without --isa");
  EXPECT_EQ(options.with_flags("a file `keep`last` and `"), "a file `keep`last` and `");
}

}  // namespace
}  // namespace mana::cli
