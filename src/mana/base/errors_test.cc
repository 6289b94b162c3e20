#include "mana/base/errors.h"

#include <gtest/gtest.h>

#include <string>

namespace mana {
namespace {

template <typename Thrown>
std::string caught_as_error(const char* message) {
  try {
    throw Thrown(message);
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Errors, EachIsAnErrorWithItsMessage) {
  EXPECT_EQ(caught_as_error<ArgumentError>("no such option"), "no such option");
  EXPECT_EQ(caught_as_error<IoError>("disk full"), "disk full");
  EXPECT_EQ(caught_as_error<FormatError>("cut short"), "cut short");
  EXPECT_EQ(caught_as_error<Cancelled>("stopped"), "stopped");
}

TEST(Errors, KindsAreToldApart) {
  EXPECT_THROW(
      try { throw IoError("x"); } catch (const FormatError&) { FAIL() << "an IoError is no FormatError"; }, IoError);
}

}  // namespace
}  // namespace mana
