#include "mana/train/escaped_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace mana::train {
namespace {

TEST(EscapedText, YamlReadsAStringWhateverItHolds) {
  EXPECT_EQ(yaml_string("all-MiniLM-L6-v2"), "all-MiniLM-L6-v2");
  EXPECT_EQ(yaml_string("owner/name"), "owner/name");
  EXPECT_EQ(yaml_string("a: b"), "\"a: b\"");
  EXPECT_EQ(yaml_string("a #1"), "\"a #1\"");
  EXPECT_EQ(yaml_string("-a"), "\"-a\"");
  EXPECT_EQ(yaml_string("it \"is\"\n\\"), "\"it \\\"is\\\"\\n\\\\\"");
  for (const char* word : {"", "true", "No", "NULL", "12", "1e5", "~", "2024-01-01", "[a]", "{a}", "*a", "a:", "'a'"}) {
    EXPECT_EQ(yaml_string(word), fmt::format("\"{}\"", word));
  }
  EXPECT_EQ(yaml_string("a\xff"), "\"a\xEF\xBF\xBD\"");
}

TEST(EscapedText, MarkdownShowsIt) {
  EXPECT_EQ(plain_markdown("a|b\nc"), "a\\|b c");
  EXPECT_EQ(plain_markdown("a\\|b"), "a\\\\\\|b");  // an escaped stroke stays one
  EXPECT_EQ(plain_markdown("<b> `x` *y* [z](u)"), "\\<b> \\`x\\` \\*y\\* \\[z](u)");
  EXPECT_EQ(plain_markdown("stsb_train.tsv"), "stsb_train.tsv");
}

TEST(EscapedText, AWordOfTheShellStaysOne) {
  EXPECT_EQ(shell_word("my-model"), "my-model");
  EXPECT_EQ(shell_word("my model"), "'my model'");
  EXPECT_EQ(shell_word("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(shell_word("-v"), "'./-v'");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace mana::train
