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

namespace mana::data {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

class Reading : public testing::Test {
 protected:
  std::filesystem::path file(std::string_view text) const {
    std::ofstream(folder_ / "data", std::ios::binary) << text;
    return folder_ / "data";
  }

  std::filesystem::path file(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  static std::vector<std::string> all(TextFile texts) {
    std::vector<std::string> all;
    for (std::string text; texts.next(text);) all.push_back(text);
    return all;
  }
  std::vector<std::string> texts(const std::string& name, std::string_view text, const TextFormat& format = {}) const {
    return all(TextFile(file(name, text), format));
  }
  /// What is said of a file that cannot be read.
  std::string mistake(const std::string& name, std::string_view text, const TextFormat& format = {}) const {
    try {
      texts(name, text, format);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  TemporaryFolder folder_;
};

TEST_F(Reading, TextsOfLines) { EXPECT_THAT(texts("data", "a\n\nb"), ElementsAre("a", "", "b")); }

TEST_F(Reading, TextsOfJsonl) {
  const auto texts = [&](std::string_view text) { return this->texts("data", text, {.field = "t"}); };
  EXPECT_THAT(texts("{\"t\":\"a\"}\r\n\n  \n{\"u\":1,\"t\":\"caf\\u00e9 \\u0000\"}"), ElementsAre("a", "café \0"s));
  EXPECT_THAT([&] { texts("{\"t\":\"a\"}\n{\"u\":\"b\"}"); },
              ThrowsMessage<FormatError>(HasSubstr("data:2: t is missing; the object has u")));
  EXPECT_THAT([&] { texts("{\"t\":null,\"u\":1}"); },
              ThrowsMessage<FormatError>(HasSubstr("data:1: t is null; give it a value")));
  EXPECT_THAT([&] { texts("{\"t\":1}"); }, ThrowsMessage<FormatError>(HasSubstr("data:1: t must be a string")));
  EXPECT_THAT([&] { texts("\n\"t\""); }, ThrowsMessage<FormatError>(HasSubstr("data:2: must be an object")));
  EXPECT_THAT([&] { texts("{\"t\":\"a\"} x"); }, ThrowsMessage<FormatError>(HasSubstr("data:1: not valid JSON")));
  EXPECT_THAT(texts("{\"t\":\"\xff\"}"), ElementsAre("\uFFFD"));
}

TEST_F(Reading, TextsOfAColumn) {
  const auto texts = [&](std::string_view text) { return this->texts("data.tsv", text, {.column = "t"}); };
  EXPECT_THAT(texts("a\tt\n1\tone\n2\t\n"), ElementsAre("one", ""));
  EXPECT_THAT(texts("\xEF\xBB\xBFt\r\n\"quotes\" stay\r\n"), ElementsAre("\"quotes\" stay"));
  EXPECT_THAT([&] { texts("a\tb\n1\t2\n"); },
              ThrowsMessage<ArgumentError>(HasSubstr("no column t; its columns are a, b")));
  EXPECT_THAT([&] { texts("a\tt\n1\t2\t3\n"); },
              ThrowsMessage<FormatError>(HasSubstr("data.tsv:2 has 3 fields, but the header has 2")));
  EXPECT_THAT(texts("a\tt\n1\tone\n\n\n2\ttwo\n \n"), ElementsAre("one", "two")) << "a blank line is no row";
  EXPECT_THAT(texts("t\none\n\n\ntwo\n\n\n"), ElementsAre("one", "", "", "two")) << "but of one column an empty text";
  EXPECT_THAT([&] { texts(""); }, ThrowsMessage<FormatError>(HasSubstr("data.tsv is empty")));
  EXPECT_THAT([&] { texts("t\tt\n1\t2\n"); }, ThrowsMessage<ArgumentError>(HasSubstr("has the column t twice")));
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

TEST_F(Reading, TheNameSaysTheFormInCapitalsOrNot) {
  for (const char* name : {"d.jsonl", "d.JSONL", "d.ndjson", "D.NDJSON", "d.json", "d.Json", "d"}) {
    EXPECT_THAT(texts(name, "{\"text\":\"one\"}\n\n{\"text\":\"two\"}\n"), ElementsAre("one", "two")) << name;
  }
  for (const char* name : {"d.tsv", "d.TSV", "d.tab"}) {
    EXPECT_THAT(texts(name, "n\ttext\n1\t\"one\"\n"), ElementsAre("\"one\"")) << name;
  }
  for (const char* name : {"d.csv", "D.CSV"}) {
    EXPECT_THAT(texts(name, "n,text\n1,\"one\"\n"), ElementsAre("one")) << name;
  }
  EXPECT_THAT(texts("d.csv.txt", "n,text\n1,one\n"), ElementsAre("n,text", "1,one"));
  EXPECT_EQ(form_named("texts.CSV.GZ"), InputForm::csv);
  EXPECT_EQ(form_named("texts.ndjson.zst"), InputForm::jsonl);
  EXPECT_EQ(form_named("csv"), std::nullopt);
}

TEST_F(Reading, ContentThatIsJsonGoesBeforeTheName) {
  for (const char* name : {"d.json", "d.jsonl", "d.txt", "d", "d.csv", "d.tsv"}) {
    EXPECT_THAT(texts(name, "\xEF\xBB\xBF \n[ {\"text\" : \"one\"},\n{\"text\":\"two\"} ]\n"),
                ElementsAre("one", "two"))
        << name;
    EXPECT_THAT(texts(name, "[\"one\", \"t\\\"w]o\"]"), ElementsAre("one", "t\"w]o")) << name;
  }
  EXPECT_THAT(texts("d.txt", "{\n  \"text\": \"one\"\n}\n{\n  \"text\": \"two\"\n}\n"), ElementsAre("one", "two"));
  EXPECT_THAT(texts("d.json", "[]"), IsEmpty());
  EXPECT_THAT(texts("d.json", "[ \n ]\n"), IsEmpty());
  for (const char* line :
       {"[1] Smith", "{a set}", "[[link]]", "{\"quoted\"}", "[\"quoted\" so]", "\"a\": 1", "[", "{"}) {
    EXPECT_THAT(texts("d.txt", line), ElementsAre(line));
  }
  EXPECT_THAT(texts("d", "{\"text\":1}\n", {.form = InputForm::lines}), ElementsAre("{\"text\":1}"));
}

TEST_F(Reading, AJsonArrayMayBeOfAnySizeAndBreakWhereItLikes) {
  std::string array = "[";
  std::vector<std::string> wanted;
  for (int i = 0; i < 100'000; ++i) {
    wanted.push_back("text\n\\ \"" + std::to_string(i));
    array += (i == 0       ? ""
              : i % 3 == 0 ? ",\n\n"
                           : ",") +
             R"({"n":[1,{"x":"]}\\"}],"text":"text\n\\ \")"s + std::to_string(i) + "\"}";
  }
  EXPECT_EQ(texts("d.json", array + "]\n"), wanted);
  EXPECT_THAT(mistake("d.json", array), HasSubstr("d.json:66667: the array breaks off"));
  EXPECT_THAT(mistake("d.json", array + ",]"), HasSubstr("d.json:66667: not valid JSON"));
  EXPECT_THAT(mistake("d.json", "[\"a\"]\n[\"b\"]"), HasSubstr("d.json:2: something follows the array"));
  EXPECT_THAT(mistake("d.json", "[\"a\"\n\"b\"]"), HasSubstr("d.json:2: a comma or the end of the array"));
  EXPECT_THAT(mistake("d.json", "[\"a\",\n5]"), HasSubstr("d.json:2: must be an object"));
  EXPECT_THAT(mistake("d.json", "{\"version\":1,\n\"data\":[{\"text\":\"a\"}]}"),
              HasSubstr("d.json:1: text is missing; the object has version, data"));
  EXPECT_THAT(mistake("d.json", "hello"), HasSubstr("d.json:1: not valid JSON"));
  EXPECT_THAT(mistake("d.jsonl", "hello"), HasSubstr("d.jsonl:1: not valid JSON"));
}

TEST_F(Reading, CsvHasQuotesAroundWhatNeedsThem) {
  EXPECT_THAT(
      texts("d.csv",
            "\xEF\xBB\xBF\"id\",\"text\"\r\n1,\"hello, \"\"world\"\"\"\r\n2,\"two\r\nlines\"\r\n3,\r\n4,5\" disk\r\n"),
      ElementsAre("hello, \"world\"", "two\r\nlines", "", "5\" disk"));
  EXPECT_THAT(texts("d.csv", "id; text\n1;one, two\n"), ElementsAre("one, two"));
  EXPECT_THAT(texts("d.csv", "id\ttext\n1\t\"one\ttwo\"\n"), ElementsAre("one\ttwo"));
  EXPECT_THAT(texts("d.csv", "text\none\n\n\"two, three\"\n\n"), ElementsAre("one", "", "two, three"));
  EXPECT_THAT(texts("d.csv", "text,n\n"), IsEmpty());
  EXPECT_THAT(texts("d.csv", "text,n\n,\n"), ElementsAre(""));
  EXPECT_THAT(texts("d", "n,body\n1,\"one\"\n", {.column = "body"}), ElementsAre("one")) << "a header without tabs";
}

TEST_F(Reading, CsvNamesTheLineOnWhichARowBegins) {
  const std::string long_row = "id,text\n1,\"a\nb\nc\"\n";
  EXPECT_THAT(mistake("d.csv", long_row + "2,x,y\n"), HasSubstr("d.csv:5 has 3 fields, but the header has 2"));
  EXPECT_THAT(mistake("d.csv", long_row + "2\n"), HasSubstr("d.csv:5 has 1 fields, but the header has 2"));
  EXPECT_THAT(mistake("d.csv", long_row + "2,\"x\ny\n"),
              HasSubstr("d.csv:5: a field of this row begins with a quote that is not closed"));
  EXPECT_THAT(mistake("d.csv", long_row + "2,\"x\"y\n"), HasSubstr("d.csv:5: something stands behind the quote"));
  EXPECT_THAT(mistake("d.csv", "1,hello\n2,bye\n"), HasSubstr("d.csv has no column text; its columns are 1, hello"));
  EXPECT_THAT(mistake("d.csv", "\n\n"), HasSubstr("d.csv is empty: a header of columns is missing"));
}

TEST_F(Reading, MistakesThatHinderNothingAreCounted) {
  const auto notes = [&](const std::string& name, std::string_view text) {
    TextFile texts(file(name, text), {});
    for (std::string each; texts.next(each);) continue;
    return texts.notes().sentences();
  };
  EXPECT_THAT(notes("d.txt", "a\nb\n"), IsEmpty());
  EXPECT_THAT(notes("d.txt", "a\nb\xff\nc\n\xe2\x82"),
              ElementsAre(EndsWith(
                  "d.txt: 2 lines have bytes that are no UTF-8, which were read as U+FFFD (the first is line 2)")));
  using namespace std::string_view_literals;
  EXPECT_THAT(notes("d.txt", "\xFF\xFE\x61\0\n\0\0\xDC\x62\0\n\0"sv),
              ElementsAre(EndsWith("1 line has bytes that are no UTF-16, which were read as U+FFFD (line 2)")));
  EXPECT_THAT(notes("d.jsonl", "\0\0\xFE\xFF\0\0\0\"\0\x11\0\0\0\0\0\""sv),
              ElementsAre(EndsWith("1 line has bytes that are no UTF-32, which were read as U+FFFD (line 1)")));
  EXPECT_THAT(notes("d.csv", "text,n\na,\xff\n"), ElementsAre(HasSubstr("1 line has bytes that are no UTF-8")));
  EXPECT_THAT(notes("d.jsonl", "{\"text\":\"\\ud83d\"}\n{\"text\":\"b\",\"n\":1,\"n\":NaN}\n"),
              ElementsAre(HasSubstr("1 row has half of a surrogate pair, which was read as U+FFFD (line 1)"),
                          HasSubstr("1 row has a key twice, of which the last counts (line 2: n)")));
  EXPECT_THAT(texts("d.jsonl", "{\"text\":\"a \\ud83d b\"}\n{\"text\":\"b\",\"text\":\"c\"}\n"),
              ElementsAre("a \xEF\xBF\xBD b", "c"));
}

}  // namespace
}  // namespace mana::data
