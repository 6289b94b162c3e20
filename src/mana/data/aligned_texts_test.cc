#include "mana/data/aligned_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"

namespace mana::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class Aligned : public testing::Test {
 protected:
  std::filesystem::path file(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  static std::vector<std::vector<std::string>> all(const std::vector<AlignedFile>& files) {
    AlignedTexts reader(files);
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> texts;
    while (reader.next(texts)) rows.push_back(texts);
    EXPECT_EQ(reader.count(), rows.size());
    return rows;
  }

  TemporaryFolder folder_;
};

TEST_F(Aligned, ReadsLinesSideBySide) {
  EXPECT_THAT(all({{file("a", "[1] one\n\n{\n")}, {file("b", "eins\r\nzwei\r\ndrei")}}),
              ElementsAre(ElementsAre("[1] one", "eins"), ElementsAre("", "zwei"), ElementsAre("{", "drei")));
}

TEST_F(Aligned, ReadsTheBestOfWhatTranslateWrites) {
  const auto lines =
      file("a.jsonl", R"({"translations": [{"text": "eins"}, {"text": "ein"}], "tokens": 3, "truncated": false})"
                      "\n"
                      R"({"text": "two", "translations": [{"text": "zwei"}], "tokens": 3, "truncated": false})"
                      "\n");
  const auto table = file("a.tsv",
                          "1\t-0.500000\tend\teins\n1\t-0.600000\tlimit\tein\n2\t0.000000\tend\t\n"
                          "3\t-1.25\tend\tdrei\n");
  EXPECT_THAT(all({{lines}, {file("b", "eins\nzwei\n")}}),
              ElementsAre(ElementsAre("eins", "eins"), ElementsAre("zwei", "zwei")));
  EXPECT_THAT(all({{table}, {file("c", "1\n2\n3\n")}}),
              ElementsAre(ElementsAre("eins", "1"), ElementsAre("", "2"), ElementsAre("drei", "3")));
  EXPECT_THAT(
      [&] {
        all({{file("d.tsv", "1\t-1\tend\tx\n2\t-1\tx\n")}, {file("e", "x\ny\n")}});
      },
      ThrowsMessage<FormatError>(HasSubstr("d.tsv:2 must have four fields")));
  EXPECT_THAT(
      [&] {
        all({{file("f.jsonl", R"({"translations": [], "truncated": false})")}, {file("g", "x\n")}});
      },
      ThrowsMessage<FormatError>(HasSubstr("there is no translation")));
}

TEST_F(Aligned, ReadsColumns) {
  const auto table = file("a.tsv", "en\tde\none\teins\ntwo\tzwei\n");
  EXPECT_THAT(all({{table, "de"}, {table, "en"}, {file("a.jsonl", "\"uno\"\n{\"text\": \"due\"}\n")}}),
              ElementsAre(ElementsAre("eins", "one", "uno"), ElementsAre("zwei", "two", "due")));
  EXPECT_THAT(all({{file("b.jsonl", "{\"out\": \"x\"}\n"), "out"}, {file("c", "x\n")}}),
              ElementsAre(ElementsAre("x", "x")));
  EXPECT_THAT([&] { all({{table, "fa"}}); }, ThrowsMessage<ArgumentError>(HasSubstr("fa")));
  EXPECT_THAT([&] { all({{file("d", "x\n"), "de"}}); }, ThrowsMessage<Error>(HasSubstr("de")));
}

TEST_F(Aligned, CountsEmptyTexts) {
  AlignedTexts reader({{file("a", "x\n\n \t\n")}, {file("b", "x\ny\nz\n")}});
  std::vector<std::string> texts;
  while (reader.next(texts)) {
  }
  EXPECT_EQ(reader.empty(0).count, 2U);
  EXPECT_EQ(reader.empty(0).first, 2U);
  EXPECT_EQ(reader.empty(1).count, 0U);
}

TEST_F(Aligned, NamesTheLineWhereAFileEnds) {
  const auto two = file("two", "1\n2\n");
  const auto three = file("three", "1\n2\n3\n");
  for (const std::vector<AlignedFile>& files :
       {std::vector<AlignedFile>{{two}, {three}}, std::vector<AlignedFile>{{three}, {two}, {three}}}) {
    EXPECT_THAT([&] { all(files); }, ThrowsMessage<FormatError>(HasSubstr("two ends after text 2, but ")));
    EXPECT_THAT([&] { all(files); }, ThrowsMessage<FormatError>(HasSubstr("three has a text 3: ")));
  }
  EXPECT_THAT(
      [&] {
        all({{file("none", "")}, {file("nothing", "")}});
      },
      ThrowsMessage<FormatError>(HasSubstr("holds no texts")));
}

}  // namespace
}  // namespace mana::data
