#include "mana/base/message_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "mana/base/valid_utf8.h"

namespace mana {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string line_of(std::string_view sentence) { return std::string(MessageLine(sentence).text()); }

TEST(MessageLine, LeavesASentenceAsItIs) {
  for (const std::string sentence : {"", "x", "texts.tsv:2: سلام is no number 🎉; take \\n out", "«é» … \u202A"}) {
    EXPECT_EQ(line_of(sentence), sentence);
  }
  EXPECT_EQ(line_of(std::string(MessageLine::kLongest, 'x')), std::string(MessageLine::kLongest, 'x'));
}

TEST(MessageLine, CannotBeginAnotherLineOrSteerATerminal) {
  EXPECT_EQ(line_of(std::string_view("a\0\r\nmana: all is well\x1b[2J\x7f", 26)),
            "a\\x00\\x0d\\x0amana: all is well\\x1b[2J\\x7f");
  EXPECT_EQ(line_of("\u0085\u009b31m\u2028\u2029"), "\\u0085\\u009b31m\\u2028\\u2029");
}

TEST(MessageLine, EscapesOnlyTheBytesThatAreNoUtf8) {
  EXPECT_EQ(line_of("é\xff é \xe2\x80"), "é\\xff é \\xe2\\x80");
  EXPECT_EQ(line_of("\xed\xa0\x80\xc0\xafz"), "\\xed\\xa0\\x80\\xc0\\xafz");  // a surrogate; a slash, too long
}

TEST(MessageLine, OfALongSentenceHasItsBeginningAndItsEnd) {
  for (const std::string filler : {"x", "س", "\n", "\xff", "\u2028", "🎉"}) {
    for (const std::size_t count : {MessageLine::kLongest, std::size_t{1'000'000}}) {
      std::string sentence = "columns.tsv has no column text; its columns are ";
      for (std::size_t i = 0; i < count; ++i) sentence += filler;
      const std::string line = line_of(sentence + "; name one with --column");
      EXPECT_LE(line.size(), MessageLine::kLongest);
      EXPECT_GT(line.size(), MessageLine::kLongest - 16);
      EXPECT_TRUE(is_utf8(line));
      EXPECT_THAT(line, StartsWith("columns.tsv has no column text; its columns are "));
      EXPECT_THAT(line, HasSubstr(" … "));
      EXPECT_THAT(line, EndsWith("; name one with --column"));
    }
  }
}

TEST(MessageLine, IsPrintableWhateverItIsMadeOf) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string sentence(random() % 4000, ' ');
    for (char& byte : sentence) byte = static_cast<char>(round % 2 == 0 ? random() : random() % 0x40 + 0x80);
    const std::string line = line_of(sentence);
    ASSERT_LE(line.size(), MessageLine::kLongest);
    ASSERT_TRUE(is_utf8(line));
    for (const char byte : line) ASSERT_FALSE(static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f);
  }
}

}  // namespace
}  // namespace mana
