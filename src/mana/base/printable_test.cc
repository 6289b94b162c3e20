#include "mana/base/printable.h"

#include <gtest/gtest.h>

namespace mana {
namespace {

TEST(Printable, LeavesTextAsItIs) {
  EXPECT_EQ(printable("encoder.layer.0 سلام 🎉"), "encoder.layer.0 سلام 🎉");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, EscapesControlCharacters) {
  EXPECT_EQ(printable(std::string_view("a\0\x1b[2J\n\x7f", 8)), "a\\x00\\x1b[2J\\x0a\\x7f");
}

TEST(Printable, EscapesWhatEndsALineOrSteersATerminal) {
  EXPECT_EQ(escaped("a\tb\r\n\u0085\u009B\u2028\u2029c"), "a\\x09b\\x0d\\x0a\\u0085\\u009b\\u2028\\u2029c");
  EXPECT_EQ(escaped("\u00A0\u2027\u202A می\u200Cروم \\ é 🎉 \xC2 \xE2\x80"),
            "\u00A0\u2027\u202A می\u200Cروم \\ é 🎉 \xC2 \xE2\x80");
  EXPECT_EQ(escaped(std::string(300, 'x')), std::string(300, 'x'));
  EXPECT_EQ(printable("a\u2028b"), "a\\u2028b");
}

TEST(Printable, CutsLongTextBetweenCodePoints) {
  EXPECT_EQ(printable(std::string(200, 'x')), std::string(200, 'x'));
  EXPECT_EQ(printable(std::string(201, 'x')), std::string(200, 'x') + "…");
  EXPECT_EQ(printable(std::string(199, 'x') + "سس"), std::string(199, 'x') + "…");
}

TEST(Printable, TakesBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("\xff\x80"), "\\xff\\x80");
  EXPECT_EQ(printable(std::string(300, '\x80')), "…");
}

TEST(Printable, IsUtf8WhateverItSpeaksOf) {
  EXPECT_EQ(printable("a\xc3"), "a\\xc3");
  EXPECT_EQ(printable("caf\xe9 é"), "caf\\xe9 \\xc3\\xa9");
  EXPECT_EQ(printable("é"), "é");
}

}  // namespace
}  // namespace mana
