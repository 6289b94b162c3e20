// Added tokens that collide, beside the Rust tokenizers (tools/golden/added_tokens.py).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/text/pipeline.h"
#include "mana/text/tokenizer_files.h"
#include "tests/support/sanitized.h"
#include "tests/support/source_path.h"

namespace mana::text {
namespace {

template <class T>
std::vector<T> numbers(const json::Value& list) {
  std::vector<T> all;
  for (const json::Value& number : list.array()) all.push_back(static_cast<T>(number.integer(0, 1 << 20)));
  return all;
}

void expect_the_same(const Tokenizer& tokenizer, const json::Value& expected) {
  const std::string text(expected.at("text").string());
  SCOPED_TRACE(text);
  const Encoding encoding = tokenizer.encode(text);
  std::vector<std::uint32_t> offsets;
  for (const Offsets range : encoding.offsets) offsets.insert(offsets.end(), {range.begin, range.end});
  EXPECT_EQ(encoding.ids, numbers<TokenId>(expected.at("ids")));
  EXPECT_EQ(offsets, numbers<std::uint32_t>(expected.at("offsets")));
  EXPECT_EQ(tokenizer.decode(encoding.ids, false), expected.at("decoded").string());
  EXPECT_EQ(tokenizer.decode(encoding.ids, true), expected.at("without_special").string());
}

TEST(AddedTokens, CollideAsInTheReference) {
  std::istringstream lines(read_file(fixture_path("added_tokens/cases.jsonl")));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto document = json::Document::parse(line, fmt::format("cases.jsonl:{}", count + 1));
    SCOPED_TRACE(line);
    const json::Value stages = document.root().at("tokenizer");
    const Tokenizer tokenizer(std::make_unique<const Tokenizer::Pipeline>(read_tokenizer_json(stages, {})));
    const Tokenizer again = [&] {
      const auto bytes = std::make_shared<const std::vector<std::byte>>(tokenizer.compiled());
      return Tokenizer::from_compiled(*bytes, bytes);
    }();
    for (const json::Value& expected : document.root().at("cases").array()) {
      expect_the_same(tokenizer, expected);
      expect_the_same(again, expected);
    }
  }
  EXPECT_GE(count, 60u);
}

// The reference finds such a token at each space, and takes the rest along every time.
TEST(AddedTokens, OfWhiteSpaceTakeTimeOfOrderN) {
  constexpr std::string_view kStages =
      R"({"version": "1.0", "added_tokens": [{"id": 1, "content": " ", "single_word": false, "lstrip": false, "rstrip": true,
          "normalized": false, "special": false}], "model": {"type": "BPE", "vocab": {"a": 0, " ": 1}, "merges": []}})";
  const auto document = json::Document::parse(kStages, "tokenizer.json");
  const Tokenizer tokenizer(std::make_unique<const Tokenizer::Pipeline>(read_tokenizer_json(document.root(), {})));
  constexpr std::size_t kSpaces = 1 << 18;
  const auto begin = std::chrono::steady_clock::now();
  const Encoding encoding = tokenizer.encode("a" + std::string(kSpaces, ' ') + "a");
  EXPECT_EQ(encoding.ids.size(), kSpaces + 2);
  EXPECT_EQ(encoding.offsets.at(1).end, kSpaces + 1);
  EXPECT_EQ(encoding.offsets.at(kSpaces).end, kSpaces + 1);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(kSanitized ? 60 : 10));
}

}  // namespace
}  // namespace mana::text
