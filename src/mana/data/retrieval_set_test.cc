#include "mana/data/retrieval_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/data/labelled_texts.h"

namespace mana::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::string_view kCorpus =
    "{\"_id\": \"d2\", \"title\": \"Two\", \"text\": \"second\"}\n"
    "\n"
    "{\"_id\": \"d10\", \"title\": \"\", \"text\": \"tenth\"}\n"
    "{\"_id\": \"d1\", \"text\": \"first\", \"metadata\": {}}\n";
constexpr std::string_view kQueries =
    "{\"_id\": \"b\", \"text\": \"of two\"}\n"
    "{\"_id\": \"a\", \"text\": \"of none\"}\n"
    "{\"_id\": \"c\", \"text\": \"of one\"}\n";
constexpr std::string_view kQrels = "query-id\tcorpus-id\tscore\nc\td10\t2\nb\td2\t1\nb\td1\t1\nb\td2\t1\na\td1\t0\n";

class RetrievalSetTest : public testing::Test {
 protected:
  void put(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  RetrievalSet read(std::string_view corpus, std::string_view queries, std::string_view qrels) const {
    put("corpus.jsonl", corpus);
    put("queries.jsonl", queries);
    put("qrels.tsv", qrels);
    return read_retrieval_set(retrieval_files(folder_.path()));
  }

  void expect(std::string_view corpus, std::string_view queries, std::string_view qrels,
              const std::string& sentence) const {
    EXPECT_THAT([&] { read(corpus, queries, qrels); }, ThrowsMessage<FormatError>(HasSubstr(sentence)));
  }

  TemporaryFolder folder_;
};

TEST_F(RetrievalSetTest, NumbersDocumentsInTheOrderOfTheirIds) {
  const RetrievalSet set = read(kCorpus, kQueries, kQrels);
  EXPECT_THAT(set.documents, ElementsAre("first", "tenth", "Two second"));
  EXPECT_THAT(set.queries, ElementsAre("of two", "of one"));
  EXPECT_THAT(set.relevant, ElementsAre(ElementsAre(0, 2), ElementsAre(1)));
  EXPECT_EQ(set.unjudged, 1);
}

TEST_F(RetrievalSetTest, TakesJudgementsFromAFolderOfSplits) {
  put("corpus.jsonl", kCorpus);
  put("queries.jsonl", kQueries);
  put("qrels/test.tsv", kQrels);
  EXPECT_EQ(read_retrieval_set(retrieval_files(folder_.path())).queries.size(), 2);
  put("qrels.tsv", "query-id\tcorpus-id\tscore\na\td1\t1\n");
  EXPECT_THAT(read_retrieval_set(retrieval_files(folder_.path())).queries, ElementsAre("of none"));
}

TEST_F(RetrievalSetTest, NamesThePlaceOfAMistake) {
  expect("{\"_id\": \"d1\"}\n", kQueries, kQrels, "corpus.jsonl:1: text is missing");
  expect("{\"_id\": 1, \"text\": \"x\"}\n", kQueries, kQrels, "corpus.jsonl:1: _id must be a string");
  expect("{\"_id\": \"d1\", \"text\": \"x\", \"title\": 3}\n", kQueries, kQrels, "corpus.jsonl:1: title must be a");
  expect(kCorpus, "\n{\"_id\": \"a\", \"text\": \"x\"", kQrels, "queries.jsonl:2: not valid JSON");
  expect(kCorpus, "{\"_id\": \"a\", \"text\": \"x\"}\n{\"_id\": \"a\", \"text\": \"y\"}\n", kQrels,
         "queries.jsonl: the _id 'a' stands there twice");
  expect(kCorpus, kQueries, "query-id\tcorpus-id\tscore\nb\td1\t1\nz\td1\t1\n", "qrels.tsv:3: query-id 'z' is not in");
  expect(kCorpus, kQueries, "query-id\tcorpus-id\tscore\nb\td3\t1\n", "qrels.tsv:2: corpus-id 'd3' is not in");
  expect(kCorpus, kQueries, "query-id\tcorpus-id\tscore\nb\td1\tyes\n", "qrels.tsv:2: score must be a finite number");
  EXPECT_THAT([&] { read(kCorpus, kQueries, "b\t0\td1\t1\n"); },
              ThrowsMessage<ArgumentError>(HasSubstr("has no column query-id; its columns are b, 0, d1, 1")));
}

TEST_F(RetrievalSetTest, RefusesWhatHoldsNothing) {
  expect("", kQueries, kQrels, "corpus.jsonl holds no texts");
  expect(kCorpus, "\n\n", kQrels, "queries.jsonl holds no texts");
  expect(kCorpus, kQueries, "", "qrels.tsv is empty");
  expect(kCorpus, kQueries, "query-id\tcorpus-id\tscore\na\td1\t0\n", "names no relevant document for any query");
  EXPECT_THAT([&] { read_retrieval_set(retrieval_files(folder_ / "none")); },
              ThrowsMessage<IoError>(HasSubstr("none/corpus.jsonl")));
}

TEST_F(RetrievalSetTest, LabelledTextsAreReadByColumn) {
  put("texts.tsv", "id\ttext\tlabel\n1\tgood morning\tgreeting\n2\t?\tnothing\n");
  const LabelledTexts texts = read_labelled_texts(folder_ / "texts.tsv");
  EXPECT_THAT(texts.texts, ElementsAre("good morning", "?"));
  EXPECT_THAT(texts.labels, ElementsAre("greeting", "nothing"));
  EXPECT_THAT(read_labelled_texts(folder_ / "texts.tsv", {.label = "id", .text = "label"}).labels,
              ElementsAre("1", "2"));
  put("texts.tsv", "label\ttext\na\tb\n\tc\n");
  EXPECT_THAT([&] { read_labelled_texts(folder_ / "texts.tsv"); },
              ThrowsMessage<FormatError>(HasSubstr("texts.tsv:3: label is empty")));
  put("texts.tsv", "label\ttext\na\tb\nb\t \n");
  EXPECT_THAT([&] { read_labelled_texts(folder_ / "texts.tsv"); },
              ThrowsMessage<FormatError>(HasSubstr("texts.tsv:3: text is empty")));
  put("texts.tsv", "label\ttext\n");
  EXPECT_THAT([&] { read_labelled_texts(folder_ / "texts.tsv"); },
              ThrowsMessage<FormatError>(HasSubstr("has a header, but no rows")));
}

}  // namespace
}  // namespace mana::data
