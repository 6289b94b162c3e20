#include "mana/data/training_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"

namespace mana::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

class TrainingRows : public testing::Test {
 protected:
  std::filesystem::path put(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  /// Reads all rows; what stands in the way is one sentence with `what`.
  template <class E = FormatError>
  void expect_refused(const std::string& name, std::string_view text, const RowFormat& format,
                      const std::string& what) const {
    const auto reading = [&] {
      TrainingRowReader reader(put(name, text), format);
      for (TrainingRow row; reader.next(row);) continue;
    };
    EXPECT_THAT(reading, ThrowsMessage<E>(HasSubstr(what)));
  }

  const RowFormat pairs_{.least_texts = 2, .most_texts = 2};
  const RowFormat scored_{.least_texts = 2, .most_texts = 2, .label = RowLabel::numbers, .least = -1, .greatest = 1};
  const RowFormat classes_{.least_texts = 1, .most_texts = 1, .label = RowLabel::category};
  TemporaryFolder folder_;
};

TEST_F(TrainingRows, AreTheSameOfATableAndOfJsonLines) {
  for (const std::filesystem::path& path : {put("r.tsv", "a\tscore\tb\none\t0.5\ttwo\nthree\t-1\tfour\n"),
                                            put("r.jsonl",
                                                "{\"a\": \"one\", \"score\": 0.5, \"b\": \"two\"}\n\n{\"b\": \"four\", "
                                                "\"a\": \"three\", \"score\": -1}\n")}) {
    TrainingRowReader reader(path, scored_);
    EXPECT_THAT(reader.texts(), ElementsAre("a", "b"));
    TrainingRow row;
    ASSERT_TRUE(reader.next(row));
    EXPECT_THAT(row.texts, ElementsAre("one", "two"));
    EXPECT_THAT(row.numbers, ElementsAre(0.5));
    EXPECT_EQ(row.line, path.extension() == ".tsv" ? 2U : 1U);
    ASSERT_TRUE(reader.next(row));
    EXPECT_THAT(row.texts, ElementsAre("three", "four"));
    EXPECT_THAT(row.numbers, ElementsAre(-1));
    EXPECT_EQ(row.line, 3U);
    EXPECT_FALSE(reader.next(row));
  }
}

TEST_F(TrainingRows, TakeTheColumnsThatAreNamed) {
  RowFormat format = scored_;
  format.texts = {"c", "a"};
  format.labels = {"b"};
  TrainingRowReader reader(put("r.tsv", "a\tb\tc\tscore\nx\t1\ty\tnot read\n"), format);
  TrainingRow row;
  ASSERT_TRUE(reader.next(row));
  EXPECT_THAT(row.texts, ElementsAre("y", "x"));
  EXPECT_THAT(row.numbers, ElementsAre(1));
}

TEST_F(TrainingRows, LeaveLabelsAloneThatNobodyWants) {
  TrainingRowReader reader(put("r.tsv", "a\tb\tscore\nx\ty\tnone\n"), pairs_);
  TrainingRow row;
  ASSERT_TRUE(reader.next(row));
  EXPECT_THAT(row.texts, ElementsAre("x", "y"));
  EXPECT_TRUE(row.numbers.empty());
}

TEST_F(TrainingRows, HaveClassesThatAreWordsOrNumbers) {
  for (const std::filesystem::path& path :
       {put("c.tsv", "text\tlabel\nx\t7\ny\tred\n"),
        put("c.jsonl", "{\"text\": \"x\", \"label\": 7}\n{\"text\": \"y\", \"label\": \"red\"}\n")}) {
    TrainingRowReader reader(path, classes_);
    TrainingRow row;
    ASSERT_TRUE(reader.next(row));
    EXPECT_EQ(row.category, "7");
    ASSERT_TRUE(reader.next(row));
    EXPECT_EQ(row.category, "red");
  }
}

TEST_F(TrainingRows, NameColumnsThatAreMissing) {
  RowFormat named = pairs_;
  named.texts = {"a", "z"};
  expect_refused<ArgumentError>("r.tsv", "a\tb\nx\ty\n", named, "r.tsv has no column z; its columns are a, b");
  expect_refused("r.jsonl", "{\"a\": \"x\", \"b\": \"y\"}\n", named, "r.jsonl:1: z is missing");
  expect_refused("r.jsonl", "{\"a\": \"x\", \"b\": \"y\"}\n{\"a\": \"x\"}\n", pairs_, "r.jsonl:2: b is missing");
  expect_refused("r.tsv", "a\tb\nx\ty\n", scored_,
                 "a score is needed, but no column is called score, scores, label, labels, only a, b; name it with "
                 "`label`");
  expect_refused("r.tsv", "a\nx\n", classes_, "a class is needed");
}

TEST_F(TrainingRows, SayHowManyColumnsOfTextsThereHaveToBe) {
  expect_refused("r.tsv", "a\tb\tc\nx\ty\tz\n", pairs_,
                 "2 columns of texts are needed, but there are 3: a, b, c; name the right ones with `columns`");
  expect_refused("r.tsv", "a\nx\n", pairs_, "2 columns of texts are needed, but there is 1: a;");
  expect_refused("r.tsv", "a\nx\n", {.least_texts = 2}, "at least 2 columns of texts are needed, but there is 1: a;");
  expect_refused("r.jsonl", "{\"label\": 1}\n", classes_, "1 column of texts is needed, but there are 0;");
}

TEST_F(TrainingRows, NameThePlaceOfALabelThatIsNone) {
  expect_refused("r.tsv", "a\tb\tscore\nx\ty\t1\nx\ty\tmuch\n", scored_,
                 "r.tsv:3: score must be a finite number, not 'much'");
  expect_refused("r.tsv", "a\tb\tscore\nx\ty\t\n", scored_, "r.tsv:2: score must be a finite number, not ''");
  expect_refused("r.tsv", "a\tb\tscore\nx\ty\tnan\n", scored_, "must be a finite number");
  expect_refused("r.tsv", "a\tb\tscore\nx\ty\t1.5\n", scored_,
                 "r.tsv:2: score is 1.5, but the loss takes numbers from -1 to 1");
  expect_refused("r.jsonl", "{\"a\": \"x\", \"b\": \"y\", \"score\": \"1\"}\n", scored_,
                 "r.jsonl:1: score must be a number");
  expect_refused("r.jsonl", "{\"a\": \"x\", \"b\": \"y\", \"score\": -2}\n", scored_, "r.jsonl:1: score is -2, but");
  expect_refused("r.tsv", "text\tlabel\nx\t\n", classes_, "r.tsv:2: label is empty");
}

TEST_F(TrainingRows, HaveNoEmptyTexts) {
  expect_refused("r.tsv", "a\tb\nx\t\n", pairs_, "r.tsv:2: b is empty; fill it in or remove the row");
  expect_refused("r.tsv", "a\tb\n \ty\n", pairs_, "r.tsv:2: a is empty;");
  expect_refused("r.jsonl", "{\"a\": \"\", \"b\": \"y\"}\n", pairs_, "r.jsonl:1: a is empty;");
}

TEST_F(TrainingRows, AreNoNumbersWhereOnlyTheirPlaceMakesThemTexts) {
  const std::string rating = "a\trating\nx\t3\ny\t 4.5 \n";
  expect_refused("r.tsv", rating, pairs_, "r.tsv: the column rating holds nothing but numbers; if they are texts name");
  RowFormat named = pairs_;
  named.texts = {"a", "rating"};
  TrainingRow row;
  for (const auto& [text, format] : {std::pair(rating, named),  // they were named
                                     std::pair(std::string("question\tanswer\nx\t3\ny\t4\n"), pairs_),  // or known
                                     std::pair(std::string("a\tb\nx\t3\ny\tfour\n"), pairs_)}) {
    TrainingRowReader reader(put("r.tsv", text), format);
    EXPECT_TRUE(reader.next(row) && reader.next(row));
    EXPECT_FALSE(reader.next(row));
  }
}

TEST_F(TrainingRows, TellWhatColumnsAreTakenFor) {
  RowFormat format = scored_;
  format.order = TextOrder::pair;
  const TrainingRowReader reader(put("r.tsv", "id\tscore\tsentence2\tsentence1\n"), format);
  EXPECT_THAT(reader.columns(),
              ElementsAre(ColumnRole{"sentence1", "first text"}, ColumnRole{"sentence2", "second text"},
                          ColumnRole{"score", "score"}, ColumnRole{"id", "not used"}));
}

TEST_F(TrainingRows, AreTheLinesOfRawTextWhereTextsAloneAreWanted) {
  const RowFormat one{.most_texts = 1}, any{};
  const auto notes = [&](const std::string& name, std::string_view text, const RowFormat& format,
                         std::vector<std::string> wanted) {
    TrainingRowReader reader(put(name, text), format);
    std::vector<std::string> texts;
    for (TrainingRow row; reader.next(row);) texts.insert(texts.end(), row.texts.begin(), row.texts.end());
    EXPECT_EQ(texts, wanted) << name;
    return reader.notes().sentences();
  };
  for (const char* name : {"r.txt", "R.TXT", "r.txt.gz", "R.TXT.GZ", "r.Txt.zst"}) {
    for (const RowFormat& format : {one, any}) {
      EXPECT_THAT(notes(name, "A plane.\n\nA cat, too.\n", format, {"A plane.", "A cat, too."}), IsEmpty()) << name;
    }
  }
  for (const char* name : {"r.tsv", "r"}) {
    EXPECT_THAT(notes(name, "A plane.\nA cat.\n", one, {"A cat."}),
                ElementsAre(HasSubstr("the first line (\"A plane.\") is taken as the header, not learned")));
  }
  EXPECT_THAT(notes("r.tsv", "text\nA cat.\n", one, {"A cat."}), IsEmpty());
  EXPECT_THAT(notes("r.jsonl", "{\"x\": \"A cat.\"}\n", one, {"A cat."}), IsEmpty());
  for (const std::string header : {"text", "q\ta", "sentence1\tsentence2\tscore"}) {
    EXPECT_THAT(notes("r.txt", header + "\nA cat.\n", one, {header, "A cat."}),
                ElementsAre(HasSubstr("looks like the header of a table")));
  }
  RowFormat named = one;
  named.texts = {"x"};
  EXPECT_THAT(notes("r.txt", "x\ty\nA cat.\tB\n", named, {"A cat."}), IsEmpty());
}

TEST_F(TrainingRows, NameThePlaceOfARowThatIsNone) {
  expect_refused("r.tsv", "a\tb\nx\ty\nx\n", pairs_, "r.tsv:3 has 1 fields, but the header has 2");
  expect_refused("r.tsv", "", pairs_, "is empty");
  expect_refused("r.jsonl", "\n", pairs_, "r.jsonl: the file has no rows");
  expect_refused("r.jsonl", "{\"a\": \"x\", \"b\"\n", pairs_, "r.jsonl:1: not valid JSON");
  expect_refused("r.jsonl", "{\"a\": \"x\", \"b\": \"y\"}\n[1]\n", pairs_, "r.jsonl:2");
  expect_refused("r.jsonl", "{\"a\": \"x\", \"b\": 5}\n", pairs_, "r.jsonl:1: b must be a string");
  EXPECT_THROW(TrainingRowReader(folder_ / "none.tsv", pairs_), IoError);
}

}  // namespace
}  // namespace mana::data
