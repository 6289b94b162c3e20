#include "mana/data/text_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/data/scored_pairs.h"
#include "mana/data/table_reader.h"

namespace mana::data {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class Reading : public testing::Test {
 protected:
  LineReader open(std::string_view text) const {
    std::ofstream(folder_ / "data", std::ios::binary) << text;
    return LineReader(folder_ / "data");
  }

  std::filesystem::path file(std::string_view text) const {
    std::ofstream(folder_ / "data", std::ios::binary) << text;
    return folder_ / "data";
  }

  static std::vector<std::string> all(const TextSource& source) {
    std::vector<std::string> texts;
    for (std::string text; source(text);) texts.push_back(text);
    return texts;
  }

  TemporaryFolder folder_;
};

TEST_F(Reading, TextsOfLines) { EXPECT_THAT(all(texts_of_lines(open("a\n\nb"))), ElementsAre("a", "", "b")); }

TEST_F(Reading, TextsOfJsonl) {
  const auto texts = [&](std::string_view text) { return all(texts_of_jsonl(open(text), "t")); };
  EXPECT_THAT(texts("{\"t\":\"a\"}\r\n\n  \n{\"u\":1,\"t\":\"caf\\u00e9 \\u0000\"}"), ElementsAre("a", "café \0"s));
  EXPECT_THAT([&] { texts("{\"t\":\"a\"}\n{\"u\":\"b\"}"); },
              ThrowsMessage<FormatError>(HasSubstr("data:2: t is missing")));
  EXPECT_THAT([&] { texts("{\"t\":null}"); }, ThrowsMessage<FormatError>(HasSubstr("data:1: t is missing")));
  EXPECT_THAT([&] { texts("{\"t\":1}"); }, ThrowsMessage<FormatError>(HasSubstr("data:1: t must be a string")));
  EXPECT_THAT([&] { texts("\n\"t\""); }, ThrowsMessage<FormatError>(HasSubstr("data:2: must be an object")));
  EXPECT_THAT([&] { texts("{\"t\":\"a\"} x"); }, ThrowsMessage<FormatError>(HasSubstr("data:1: not valid JSON")));
  EXPECT_THAT([&] { texts("{\"t\":\"\xff\"}"); }, ThrowsMessage<FormatError>(HasSubstr("data:1: not valid JSON")));
}

TEST_F(Reading, TextsOfAColumn) {
  const auto texts = [&](std::string_view text) { return all(texts_of_tsv(open(text), "t")); };
  EXPECT_THAT(texts("a\tt\n1\tone\n2\t\n"), ElementsAre("one", ""));
  EXPECT_THAT(texts("\xEF\xBB\xBFt\r\n\"quotes\" stay\r\n"), ElementsAre("\"quotes\" stay"));
  EXPECT_THAT([&] { texts("a\tb\n1\t2\n"); },
              ThrowsMessage<ArgumentError>(HasSubstr("no column t; its columns are a, b")));
  EXPECT_THAT([&] { texts("a\tt\n1\t2\t3\n"); },
              ThrowsMessage<FormatError>(HasSubstr("data:2 has 3 fields, but the header has 2")));
  EXPECT_THAT([&] { texts("a\tt\n\n"); }, ThrowsMessage<FormatError>(HasSubstr("data:2 has 1 fields")));
  EXPECT_THAT([&] { texts(""); }, ThrowsMessage<FormatError>(HasSubstr("data is empty")));
}

TEST_F(Reading, ScoredPairs) {
  const ScoredPairs pairs =
      read_scored_pairs(file("b\tscore\ta\ny\t2.5\tx\n\t-1e-3\tz\n"), {.score = "score", .first = "a", .second = "b"});
  EXPECT_THAT(pairs.first, ElementsAre("x", "z"));
  EXPECT_THAT(pairs.second, ElementsAre("y", ""));
  EXPECT_THAT(pairs.scores, ElementsAre(2.5, -1e-3));
  EXPECT_EQ(pairs.size(), 2);
}

TEST_F(Reading, ScoresThatAreNoNumbers) {
  for (const char* score : {"", "x", "1x", " 1", "1,5", "inf", "nan", "1e999", "+1"}) {
    SCOPED_TRACE(score);
    EXPECT_THAT([&] { read_scored_pairs(file("score\tsentence1\tsentence2\n1\ta\tb\n"s + score + "\ta\tb\n")); },
                ThrowsMessage<FormatError>(HasSubstr("data:3: score must be a finite number, not '"s + score + "'")));
  }
}

}  // namespace
}  // namespace mana::data
