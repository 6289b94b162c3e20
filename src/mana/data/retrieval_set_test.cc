#include "mana/data/retrieval_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/data/labelled_texts.h"

namespace mana::data {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::Ge;
using testing::HasSubstr;
using testing::SizeIs;
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
  EXPECT_THAT(set.relevant, ElementsAre(ElementsAre(Relevance{0, 1}, Relevance{2, 1}), ElementsAre(Relevance{1, 2})));
  EXPECT_EQ(set.unjudged, 1);
  EXPECT_EQ(set.without_relevant, 1);
  EXPECT_EQ(set.missing_queries + set.missing_documents, 0);
  EXPECT_THAT(set.namesakes, ElementsAre(std::nullopt, std::nullopt));
}

TEST_F(RetrievalSetTest, TakesJudgementsInEveryForm) {
  const RetrievalSet expected = read(kCorpus, kQueries, kQrels);
  for (const std::string_view qrels : {
           // Without a header; the same with a mark and ends of lines as on Windows.
           "b\td2\t1\nb\td1\t1\nc\td10\t2.0\na\td1\t-1\n",
           "\xEF\xBB\xBF"
           "b\td2\t1\r\nb\td1\t1\r\nc\td10\t2\r\na\td1\t0\r\n",
           // TREC's, with spaces and with tabs.
           "b 0 d2 1\nb 0 d1 1\n\n  c   Q0\td10  2 \na 0 d1 0",
           "b\t0\td2\t1\nb\t0\td1\t1\nc\t0\td10\t2\na\t0\td1\t0\n",
           // Columns in another order.
           "score\tnote\tcorpus-id\tquery-id\n1\t\td2\tb\n1\t\td1\tb\n2\t\td10\tc\n0\t\td1\ta\n",
           // What the name does not say.
           "query-id,corpus-id,score\nb,d2,1\nb,\"d1\",1\nc,d10,2\na,d1,0\n\n",
           "{\"query-id\": \"b\", \"corpus-id\": \"d2\", \"score\": 1}\n"
           "{\"query-id\": \"b\", \"corpus-id\": \"d1\", \"score\": 1}\n"
           "{\"query-id\": \"c\", \"corpus-id\": \"d10\", \"score\": 2}\n"
           "{\"query-id\": \"a\", \"corpus-id\": \"d1\", \"score\": 0}\n",
       }) {
    SCOPED_TRACE(qrels);
    const RetrievalSet set = read(kCorpus, kQueries, qrels);
    EXPECT_EQ(set.queries, expected.queries);
    EXPECT_EQ(set.relevant, expected.relevant);
    EXPECT_EQ(set.without_relevant, 1);
  }
  put("qrels.jsonl", "{\"query-id\": \"c\", \"corpus-id\": \"d10\", \"score\": 1.5}\n");
  EXPECT_THAT(
      read_retrieval_set({folder_ / "corpus.jsonl", folder_ / "queries.jsonl", folder_ / "qrels.jsonl"}).relevant,
      ElementsAre(ElementsAre(Relevance{1, 1.5})));
}

TEST_F(RetrievalSetTest, TakesTextsAsTablesAndArrays) {
  const RetrievalSet expected = read(kCorpus, kQueries, kQrels);
  put("corpus.csv", "text,_id,title\nsecond,d2,Two\ntenth,d10,\n\"first\",d1,\n");
  put("queries.json",
      "[{\"_id\": \"b\", \"text\": \"of two\"},\n{\"_id\": \"a\", \"text\": \"of none\"}, {\"_id\": \"c\",\n"
      "\"text\": \"of one\"}]\n");
  const RetrievalSet set =
      read_retrieval_set({folder_ / "corpus.csv", folder_ / "queries.json", folder_ / "qrels.tsv"});
  EXPECT_EQ(set.documents, expected.documents);
  EXPECT_EQ(set.queries, expected.queries);
  EXPECT_EQ(set.relevant, expected.relevant);
  put("corpus.csv", "text,_id\nsecond,d2\n\"ten\nth\",d10\nagain,d2\n");
  EXPECT_THAT(
      [&] {
        read_retrieval_set({folder_ / "corpus.csv", folder_ / "queries.json", folder_ / "qrels.tsv"});
      },
      ThrowsMessage<FormatError>(HasSubstr("'d2' stands there twice, in lines 2 and 5")));
}

TEST_F(RetrievalSetTest, CountsWhatJudgementsNameInVain) {
  const RetrievalSet set = read(kCorpus, kQueries,
                                "b\tgone\t2\nb\td1\t1\nz\td1\t1\nz\tlost\t1\nc\tgone\t1\nc\tb\t1\n"
                                "c\tnowhere\t0\n");
  EXPECT_THAT(set.documents, SizeIs(3));
  EXPECT_EQ(set.missing_queries, 1) << "z";
  EXPECT_EQ(set.missing_documents, 2) << "gone and b";
  ASSERT_THAT(set.relevant, SizeIs(2));
  const auto missing = Field(&Relevance::document, Ge(3));
  EXPECT_THAT(set.relevant[0], ElementsAre(Relevance{0, 1}, missing));
  EXPECT_THAT(set.relevant[1], ElementsAre(missing, missing));
  EXPECT_THAT(set.namesakes, ElementsAre(std::nullopt, std::nullopt)) << "b is judged as a document, but is none";
  EXPECT_EQ(set.unjudged, 1);
  EXPECT_EQ(set.without_relevant, 0);
}

TEST_F(RetrievalSetTest, ReadsNumbersAsIds) {
  const RetrievalSet set = read(
      "{\"_id\": 10, \"text\": \"ten\"}\n{\"_id\": 18446744073709551615, \"text\": \"most\"}\n"
      "{\"_id\": \"-2\", \"text\": \"less\"}\n",
      "{\"_id\": -2, \"text\": \"minus\"}\n{\"_id\": \"b c\", \"text\": \"spaces\"}\n",
      "-2\t18446744073709551615\t1\nb c\t10\t1\n");
  EXPECT_THAT(set.documents, ElementsAre("less", "ten", "most"));
  EXPECT_THAT(set.relevant, ElementsAre(ElementsAre(Relevance{2, 1}), ElementsAre(Relevance{1, 1})));
  EXPECT_THAT(set.namesakes, ElementsAre(0, std::nullopt));
  for (const char* id : {"1.0", "true", "[1]", "1e3"}) {
    expect(std::string("{\"_id\": ") + id + ", \"text\": \"x\"}\n", kQueries, kQrels,
           "corpus.jsonl:1: _id must be a string or a whole number");
  }
  expect("{\"_id\": null, \"text\": \"x\"}\n", kQueries, kQrels, "corpus.jsonl:1: _id is missing");
}

TEST_F(RetrievalSetTest, RefusesContradictionsAndFilesThatDoNotBelongTogether) {
  expect(kCorpus, kQueries, "b\td1\t1\nc\td2\t1\nb\td1\t1.0\nb\td1\t2\n",
         "qrels.tsv:4: the grade is 2 here but 1 in line 3, for the same query and document");
  expect(kCorpus, kQueries, "b\tgone\t1\nb\tgone\t0\nc\td1\t1\n", "qrels.tsv:2: the grade is 0 here but 1 in line 1");
  expect(kCorpus, kQueries, "y\td1\t1\nz\td2\t1\n", "none of the queries that");
  expect(kCorpus, kQueries, "b\tx\t1\nc\ty\t1\n", "none of the documents that");
  expect("{\"_id\": 3, \"text\": \"x\"}\n\n{\"_id\": \"3\", \"text\": \"y\"}\n", kQueries, kQrels,
         "corpus.jsonl: the _id '3' stands there twice, in lines 1 and 3");
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
  expect("{\"_id\": [], \"text\": \"x\"}\n", kQueries, kQrels, "corpus.jsonl:1: _id must be a string");
  expect("{\"_id\": \"d1\", \"text\": \"x\", \"title\": 3}\n", kQueries, kQrels, "corpus.jsonl:1: title must be a");
  expect(kCorpus, "\n{\"_id\": \"a\", \"text\": \"x\"", kQrels, "queries.jsonl:2: not valid JSON");
  expect(kCorpus, "{\"_id\": \"a\", \"text\": \"x\"}\n{\"_id\": \"a\", \"text\": \"y\"}\n", kQrels,
         "queries.jsonl: the _id 'a' stands there twice");
  expect(kCorpus, kQueries, "query-id\tcorpus-id\tscore\nb\td1\tyes\n", "qrels.tsv:2: score must be a finite number");
  expect(kCorpus, kQueries, "b\td1\t1\n\nb\td2\tnan\n", "qrels.tsv:3: score must be a finite number, not 'nan'");
  expect(kCorpus, kQueries, "b\td1\t1\nb\td2\n", "qrels.tsv:2 has 2 fields, but the first line has 3");
  expect(kCorpus, kQueries, "b 0 d1 1\nb 0 d1 1 1\n", "qrels.tsv:2 has 5 fields, but the first line has 4");
  expect(kCorpus, kQueries, "b\t\t1\n", "qrels.tsv:1: corpus-id is empty");
  expect(kCorpus, kQueries, "query\tdocument\tgrade\nb\td1\t1\n",
         "qrels.tsv:1: 'query\\x09document\\x09grade' is neither");
  expect(kCorpus, kQueries, "b d1 1\n", "qrels.tsv:1: 'b d1 1' is neither");
  EXPECT_THAT([&] { read(kCorpus, kQueries, "query-id\tdocument\tscore\nb\td1\t1\n"); },
              ThrowsMessage<ArgumentError>(HasSubstr("has no column corpus-id; its columns are query-id, document")));
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
