#include "mana/data/record_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/data/distinct_texts.h"
#include "mana/data/labelled_pairs.h"
#include "mana/data/labelled_texts.h"
#include "mana/data/positive_pairs.h"
#include "mana/data/scored_pairs.h"
#include "mana/data/triplets.h"

namespace mana::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// So many names, with one thing between them.
std::string many(std::size_t count, std::string_view before, std::string_view behind) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += std::string(before) + std::to_string(i) + std::string(behind);
  return text;
}

class Records : public testing::Test {
 protected:
  std::filesystem::path put(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  TemporaryFolder folder_;
};

TEST_F(Records, AreTheSameOfATableAndOfJsonLines) {
  for (const LabelledPairs& pairs :
       {read_labelled_pairs(put("p.tsv", "sentence2\tlabel\tsentence1\nb\t1\ta\n\t0\tc\n")),
        read_labelled_pairs(put("p.jsonl",
                                "{\"sentence1\": \"a\", \"sentence2\": \"b\", \"label\": 1}\n\n"
                                "{\"label\": 0.0, \"sentence1\": \"c\", \"sentence2\": \"\"}\n"))}) {
    EXPECT_THAT(pairs.first, ElementsAre("a", "c"));
    EXPECT_THAT(pairs.second, ElementsAre("b", ""));
    EXPECT_THAT(pairs.labels, ElementsAre(1, 0));
  }
  for (const Triplets& triplets :
       {read_triplets(put("t.tsv", "anchor\tpositive\tnegative\na\tb\tc\n")),
        read_triplets(put("t.jsonl", "{\"anchor\": \"a\", \"positive\": \"b\", \"negative\": \"c\"}\n"))}) {
    EXPECT_THAT(triplets.anchors, ElementsAre("a"));
    EXPECT_THAT(triplets.positives, ElementsAre("b"));
    EXPECT_THAT(triplets.negatives, ElementsAre("c"));
  }
  const PositivePairs positives = read_positive_pairs(put("q.tsv", "q\ta\nhow\tso\n"), {"q", "a"});
  EXPECT_THAT(positives.anchors, ElementsAre("how"));
  EXPECT_THAT(positives.positives, ElementsAre("so"));
  const LabelledTexts numbered =
      read_labelled_texts(put("l.jsonl", "{\"label\": 3, \"text\": \"a\"}\n{\"label\": \"x\", \"text\": \"b\"}\n"));
  EXPECT_THAT(numbered.labels, ElementsAre("3", "x"));
}

TEST_F(Records, AreTheSameInEveryForm) {
  const std::string rows = "{\"label\": 1, \"sentence1\": \"a, b\", \"sentence2\": \"c\"}";
  for (const LabelledPairs& pairs :
       {read_labelled_pairs(put("p.csv", "sentence2,label,sentence1\nc,1,\"a, b\"\n")),
        read_labelled_pairs(put("p.json", "[\n" + rows + "\n]\n")), read_labelled_pairs(put("P.NDJSON", rows)),
        read_labelled_pairs(put("p", rows)), read_labelled_pairs(put("p.txt", "sentence2;label;sentence1\nc;1;a, b\n")),
        read_labelled_pairs(put("p.dat", "sentence2\tlabel\tsentence1\nc\t1\ta, b\n"))}) {
    EXPECT_THAT(pairs.first, ElementsAre("a, b"));
    EXPECT_THAT(pairs.second, ElementsAre("c"));
    EXPECT_THAT(pairs.labels, ElementsAre(1));
  }
  const ScoredPairs scored = read_scored_pairs(
      put("s.json",
          R"([{"score": 2, "sentence1": "a", "sentence2": "b"}, {"score": 0.5, "sentence1": "c", "sentence2": "d"}])"));
  EXPECT_THAT(scored.scores, ElementsAre(2, 0.5));
  EXPECT_THAT([&] { read_scored_pairs(put("n.jsonl", R"({"score": NaN, "sentence1": "a", "sentence2": "b"})")); },
              ThrowsMessage<FormatError>(HasSubstr("n.jsonl:1: score is NaN, but it must be a finite number")));
  EXPECT_THAT([&] { read_scored_pairs(put("s.csv", "score;sentence1;sentence2\n0,5;a;b\n")); },
              ThrowsMessage<FormatError>(HasSubstr("s.csv:2: score must be a finite number, not '0,5'")));
  EXPECT_THAT(column_names(put("c.json", "[{\"b\": 1, \"a\": 2, \"b\": 3}]")), ElementsAre("b", "a"));
}

TEST_F(Records, NameThePlaceOfAMistake) {
  const auto pairs = [&](const std::string& name, std::string_view text) {
    return [=, this] { read_labelled_pairs(put(name, text)); };
  };
  EXPECT_THAT(pairs("a.tsv", "label\tsentence1\nx\ty\n"),
              ThrowsMessage<ArgumentError>(HasSubstr("has no column sentence2; its columns are label, sentence1")));
  EXPECT_THAT(pairs("b.tsv", "label\tsentence1\tsentence2\n1\ta\tb\n0.5\ta\tb\n"),
              ThrowsMessage<FormatError>(HasSubstr("b.tsv:3: label must be 0 or 1, not 0.5")));
  EXPECT_THAT(pairs("c.tsv", "label\tsentence1\tsentence2\nyes\ta\tb\n"),
              ThrowsMessage<FormatError>(HasSubstr("c.tsv:2: label must be a finite number, not 'yes'")));
  EXPECT_THAT(pairs("d.tsv", "label\tsentence1\tsentence2\n"), ThrowsMessage<FormatError>(HasSubstr("holds no pairs")));
  EXPECT_THAT(pairs("e.jsonl", "{\"label\": 1, \"sentence1\": \"a\"}\n"),
              ThrowsMessage<FormatError>(HasSubstr("e.jsonl:1: sentence2 is missing")));
  EXPECT_THAT(pairs("f.jsonl", "{\"label\": 1, \"sentence1\": 5, \"sentence2\": \"b\"}\n"),
              ThrowsMessage<FormatError>(HasSubstr("f.jsonl:1: sentence1 must be a string")));
  EXPECT_THAT([&] { read_labelled_texts(put("g.jsonl", "{\"label\": 3.5, \"text\": \"a\"}\n")); },
              ThrowsMessage<FormatError>(HasSubstr("g.jsonl:1: label must be an integer")));
  EXPECT_THAT([&] { read_labelled_texts(put("h.jsonl", "{\"label\": \"\", \"text\": \"a\"}\n")); },
              ThrowsMessage<FormatError>(HasSubstr("h.jsonl:1: label is empty")));
  EXPECT_THAT([&] { read_positive_pairs(put("i.tsv", "anchor\tpositive\na\tb\na\t\n")); },
              ThrowsMessage<FormatError>(HasSubstr("i.tsv:3: positive is empty")));
  EXPECT_THAT([&] { read_triplets(put("j.jsonl", "")); }, ThrowsMessage<FormatError>(HasSubstr("holds no triplets")));
  EXPECT_THROW(read_triplets(folder_ / "none.tsv"), IoError);
}

TEST(DistinctTexts, NumbersEachTextOnce) {
  DistinctTexts texts;
  EXPECT_EQ(texts.add("a"), 0);
  EXPECT_EQ(texts.add(""), 1);
  for (int i = 0; i < 100; ++i) texts.add("text " + std::to_string(i));
  EXPECT_EQ(texts.add("a"), 0);
  EXPECT_EQ(texts.find("text 99"), 101);
  EXPECT_EQ(texts.find("b"), std::nullopt);
  EXPECT_EQ(texts.size(), 102);
  EXPECT_EQ(texts[1], "");
  EXPECT_EQ(texts.texts().back(), "text 99");
}

TEST_F(Records, ATableHasALimitOfColumns) {
  const auto table = put("wide.tsv", many(10'001, "c", "\t") + "end\n");
  EXPECT_THAT([&] { column_names(table); }, ThrowsMessage<FormatError>(HasSubstr("has 10002 columns, more than the")));
  const auto objects = put("wide.jsonl", "{" + many(10'001, "\"k", "\":1,") + "\"end\":1}\n");
  EXPECT_THAT([&] { column_names(objects); }, ThrowsMessage<FormatError>(HasSubstr("has 10002 keys, more than the")));
  EXPECT_EQ(column_names(put("as_wide.tsv", many(9'999, "c", "\t") + "end\n")).size(), 10'000U);
}

}  // namespace
}  // namespace mana::data
