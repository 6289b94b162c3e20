#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/json.h"
#include "process.h"

namespace mana::program {
namespace {

using testing::HasSubstr;
using testing::Not;

Outcome run_with(std::vector<std::string> arguments, const std::string& model = "mean") {
  arguments.insert(arguments.end(), {"--model", small_model(model).string()});
  return run(std::move(arguments));
}

double number(const json::Document& document, std::string_view key) { return document.root().at(key).number(); }

json::Document parsed(const Outcome& outcome) {
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  return json::Document::parse(outcome.output, "output");
}

/// A task of which every answer is known: d1 and d2 are "the cat", word for word.
class EvalRetrieval : public testing::Test {
 protected:
  void SetUp() override {
    write(folder_ / "corpus.jsonl",
          "{\"_id\": \"d3\", \"text\": \"42 !\"}\n{\"_id\": \"d2\", \"title\": \"the\", \"text\": \"cat\"}\n"
          "{\"_id\": \"d1\", \"title\": \"\", \"text\": \"the cat\"}\n");
    write(folder_ / "queries.jsonl",
          "{\"_id\": \"cat\", \"text\": \"the cat\"}\n{\"_id\": \"none\", \"text\": \"42\"}\n"
          "{\"_id\": \"sign\", \"text\": \"42 !\"}\n");
    write(folder_ / "qrels.tsv", "query-id\tcorpus-id\tscore\ncat\td2\t1\nsign\td3\t2\nnone\td1\t0\n");
  }

  Outcome evaluate(std::vector<std::string> more = {}, const std::string& model = "mean") const {
    more.insert(more.begin(), {"eval", "retrieval", "--data", folder_.path().string(), "--quiet"});
    return run_with(std::move(more), model);
  }

  TemporaryFolder folder_;
};

TEST_F(EvalRetrieval, GivesEveryMetric) {
  const json::Document document = parsed(evaluate({"--json"}));
  EXPECT_EQ(document.root().at("task").string(), "retrieval");
  EXPECT_EQ(document.root().at("similarity").string(), "cosine");
  EXPECT_EQ(number(document, "queries"), 2);
  EXPECT_EQ(number(document, "unjudged"), 1);
  EXPECT_EQ(number(document, "documents"), 3);
  // d1 and d2 have one vector, and equal similarities are ranked by id: d2 is second for one query, d3 first for the
  // other.
  EXPECT_DOUBLE_EQ(number(document, "accuracy@1"), 50);
  EXPECT_DOUBLE_EQ(number(document, "recall@1"), 50);
  EXPECT_DOUBLE_EQ(number(document, "recall@3"), 100);
  EXPECT_DOUBLE_EQ(number(document, "precision@10"), 10);
  EXPECT_DOUBLE_EQ(number(document, "mrr@10"), 75);
  EXPECT_DOUBLE_EQ(number(document, "map@100"), 75);
  EXPECT_DOUBLE_EQ(number(document, "ndcg@10"), 50 + 50 / std::log2(3.0));
  for (const char* metric : {"accuracy", "precision", "recall"}) {
    for (const char* k : {"1", "3", "5", "10", "100"}) {
      EXPECT_TRUE(document.root().find(std::string(metric) + "@" + k)) << metric << k;
    }
  }
  const Outcome lines = evaluate();
  EXPECT_THAT(lines.output, HasSubstr("ndcg@10             81.5465\n"));
  EXPECT_THAT(lines.output, HasSubstr("queries             2\n"));
}

TEST_F(EvalRetrieval, TakesFilesOneByOne) {
  write(folder_ / "other.tsv", "query-id\tcorpus-id\tscore\ncat\td1\t1\n");
  EXPECT_DOUBLE_EQ(number(parsed(evaluate({"--json", "--qrels", (folder_ / "other.tsv").string()})), "mrr@10"), 100);
  const Outcome separate = run_with({"eval", "retrieval", "--corpus", (folder_ / "corpus.jsonl").string(), "--queries",
                                     (folder_ / "queries.jsonl").string(), "--qrels", (folder_ / "qrels.tsv").string(),
                                     "--json", "--quiet"});
  EXPECT_EQ(separate.output, evaluate({"--json"}).output);
}

TEST_F(EvalRetrieval, PutsThePromptsOfTheModelBeforeTheTexts) {
  const TemporaryFolder model;
  std::filesystem::copy(small_model(), model.path(), std::filesystem::copy_options::recursive);
  write(model / "config_sentence_transformers.json", R"({"prompts": {"query": "on ", "document": "on the "}})");
  write(folder_ / "corpus.jsonl", "{\"_id\": \"d1\", \"text\": \"cat\"}\n{\"_id\": \"d2\", \"text\": \"the cat\"}\n");
  const auto found_at_once = [&](const char* document, std::vector<std::string> more) {
    write(folder_ / "qrels.tsv", std::string("query-id\tcorpus-id\tscore\ncat\t") + document + "\t1\n");
    more.insert(more.begin(), {"eval", "retrieval", "--data", folder_.path().string(), "--json", "--quiet", "--model",
                               model.path().string()});
    return number(parsed(run(std::move(more))), "recall@1");
  };
  EXPECT_DOUBLE_EQ(found_at_once("d1", {}), 100) << "'on the cat' finds itself";
  EXPECT_DOUBLE_EQ(found_at_once("d2", {"--query-prompt", "document"}), 100) << "'on the the cat' finds itself";
  EXPECT_DOUBLE_EQ(found_at_once("d2", {"--document-prompt", "query"}), 100) << "'on the cat' finds itself";
  write(folder_ / "qrels.tsv", "query-id\tcorpus-id\tscore\ncat\td1\t1\n");
  const Outcome unknown = evaluate({"--query-prompt", "nobody"}, "prompts");
  EXPECT_EQ(unknown.status, 1);
  EXPECT_THAT(unknown.errors, HasSubstr("has no prompt named 'nobody'"));
  const Outcome unknown_document = evaluate({"--document-prompt", "nobody"}, "prompts");
  EXPECT_EQ(unknown_document.status, 1);
  EXPECT_THAT(unknown_document.errors, HasSubstr("has no prompt named 'nobody'"));
}

TEST_F(EvalRetrieval, NamesThePlaceOfAMistake) {
  const auto expect = [&](const std::string& file, std::string_view text, const std::string& sentence) {
    const std::string before = read(folder_ / file);
    write(folder_ / file, text);
    const Outcome outcome = evaluate();
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_THAT(outcome.errors, HasSubstr(sentence));
    write(folder_ / file, before);
  };
  expect("corpus.jsonl", "{\"_id\": \"d1\"}\n", "corpus.jsonl:1: text is missing");
  expect("corpus.jsonl", "", "corpus.jsonl holds no texts");
  expect("queries.jsonl", "[]\n", "queries.jsonl:1: must be an object");
  expect("qrels.tsv", "query-id\tcorpus-id\tscore\ncat\td9\t1\n", "none of the documents that");
  expect("qrels.tsv", "dog\td1\t1\n", "none of the queries that");
  expect("qrels.tsv", "cat\td1\t1\ncat\td1\t2\n", "qrels.tsv:2: the grade is 2 here but 1 in line 1");
  expect("qrels.tsv", "query-id\tcorpus-id\tscore\n", "names no relevant document for any query");
}

TEST_F(EvalRetrieval, SaysWhatJudgementsNameInVain) {
  // cat: found second of two relevant documents, one of which is not there; sign: found first.
  write(folder_ / "qrels.tsv", "cat\td2\t1\ncat\tgone\t1\nsign\td3\t1\ndog\td1\t1\nnone\td1\t0\n");
  const Outcome outcome = run_with({"eval", "retrieval", "--data", folder_.path().string(), "--json"});
  const json::Document document = parsed(outcome);
  EXPECT_EQ(number(document, "missing_documents"), 1);
  EXPECT_EQ(number(document, "missing_queries"), 1);
  EXPECT_EQ(number(document, "without_relevant"), 1);
  EXPECT_EQ(number(document, "identical_ids"), 0);
  EXPECT_DOUBLE_EQ(number(document, "recall@10"), 75);
  EXPECT_DOUBLE_EQ(number(document, "map@100"), 100 * (0.25 + 1) / 2);
  EXPECT_NEAR(number(document, "ndcg@10"), 100 * (1 / std::log2(3.0) / (1 + 1 / std::log2(3.0)) + 1) / 2, 1e-9);
  EXPECT_THAT(outcome.errors, HasSubstr("1 relevant document is in "));
  EXPECT_THAT(outcome.errors, HasSubstr("counted as relevant and not found"));
  EXPECT_THAT(outcome.errors, HasSubstr("1 query is in "));
  EXPECT_THAT(outcome.errors, HasSubstr("1 judged query has no relevant document"));
  EXPECT_EQ(evaluate().errors, "");
}

TEST_F(EvalRetrieval, WeighsGrades) {
  // d1 and d2 have one vector, so d1 is first: with the grades 1 and 3 that is the wrong order.
  write(folder_ / "qrels.tsv", "cat\td1\t1\ncat\td2\t3\n");
  const auto ndcg = [&](std::vector<std::string> more) {
    more.push_back("--json");
    return number(parsed(evaluate(std::move(more))), "ndcg@10");
  };
  const double second = 1 / std::log2(3.0);
  EXPECT_NEAR(ndcg({}), 100 * (1 + 3 * second) / (3 + second), 1e-9);
  EXPECT_EQ(ndcg({"--gain", "linear"}), ndcg({}));
  EXPECT_NEAR(ndcg({"--gain", "exponential"}), 100 * (1 + 7 * second) / (7 + second), 1e-9);
  EXPECT_DOUBLE_EQ(ndcg({"--gain", "binary"}), 100);
  EXPECT_THAT(evaluate().output, HasSubstr("gain                linear\n"));
  EXPECT_EQ(evaluate({"--gain", "cubic"}).status, 2);
  write(folder_ / "qrels.tsv", "cat\td1\t1\ncat\td2\t2000\n");
  EXPECT_EQ(evaluate().status, 0);
  const Outcome huge = evaluate({"--gain", "exponential"});
  EXPECT_EQ(huge.status, 1);
  EXPECT_THAT(huge.errors, HasSubstr("whose grades go up to 2000"));
}

TEST_F(EvalRetrieval, LeavesOutTheQueryItselfWhenAsked) {
  write(folder_ / "corpus.jsonl",
        "{\"_id\": \"cat\", \"text\": \"the cat\"}\n{\"_id\": 7, \"text\": \"the cat sat\"}\n"
        "{\"_id\": \"d3\", \"text\": \"42 !\"}\n");
  write(folder_ / "qrels.tsv", "cat\t7\t1\nsign\td3\t1\n");
  const std::vector<std::string> arguments = {"eval", "retrieval", "--json", "--data", folder_.path().string()};
  const Outcome found = run_with(arguments);
  EXPECT_DOUBLE_EQ(number(parsed(found), "mrr@10"), 75);
  EXPECT_EQ(number(parsed(found), "identical_ids"), 1);
  EXPECT_THAT(found.errors, HasSubstr("1 query is among the documents, by id and text"));
  std::vector<std::string> ignoring = arguments;
  ignoring.push_back("--ignore-identical-ids");
  const Outcome ignored = run_with(ignoring);
  EXPECT_DOUBLE_EQ(number(parsed(ignored), "mrr@10"), 100);
  EXPECT_DOUBLE_EQ(number(parsed(ignored), "recall@100"), 100);
  EXPECT_THAT(ignored.errors, Not(HasSubstr("by id and text")));
  write(folder_ / "queries.jsonl", "{\"_id\": 7, \"text\": \"the cat\"}\n");
  write(folder_ / "qrels.tsv", "7\tcat\t1\n");
  EXPECT_THAT(run_with(arguments).errors, HasSubstr("1 query has the id of a document with another text"));
}

class EvalScoredPairs : public testing::Test {
 protected:
  Outcome evaluate(const char* file, std::string_view text) const {
    write(folder_ / file, text);
    return run_with({"eval", "sts", "--json", "--quiet", "--data", (folder_ / file).string()});
  }

  TemporaryFolder folder_;
};

TEST_F(EvalScoredPairs, ReadsTablesAndJsonLines) {
  const Outcome table = evaluate("pairs.tsv", "score\tsentence1\tsentence2\n5\tthe cat\tthe cat\n1\tthe cat\t42 !\n");
  EXPECT_DOUBLE_EQ(number(parsed(table), "spearman"), 100);
  const Outcome lines = evaluate("pairs.jsonl",
                                 "{\"sentence1\": \"the cat\", \"sentence2\": \"the cat\", \"score\": 5}\n"
                                 "{\"sentence1\": \"the cat\", \"sentence2\": \"42 !\", \"score\": 1.0}\n");
  EXPECT_EQ(lines.output, table.output);
}

TEST_F(EvalScoredPairs, SaysWhyThereIsNoCorrelation) {
  const auto expect = [&](std::string_view text, const std::string& sentence) {
    const Outcome outcome = evaluate("pairs.tsv", text);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_THAT(outcome.errors, HasSubstr(sentence));
  };
  expect("score\tsentence1\tsentence2\n3\tthe cat\tthe cat\n3\tthe cat\t42 !\n", "all 2 scores are 3");
  expect("score\tsentence1\tsentence2\n3\tthe cat\t42 !\n1\tthe cat\t42 !\n", "gives all 2 pairs the same cosine");
  expect("score\tsentence1\tsentence2\n3\tthe cat\t42 !\n", "at least 2 pairs, there are 1");
}

class EvalClassify : public testing::Test {
 protected:
  void SetUp() override {
    write(folder_ / "train.tsv", "label\ttext\nword\tthe cat\nword\tthe cat sat\nsign\t42 !\nsign\t! 42 !\n");
    write(folder_ / "test.tsv", "text\tlabel\nthe cat\tword\n42 !\tsign\nthe cat sat\tother\n");
  }

  Outcome evaluate(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"eval", "classify", "--train", (folder_ / "train.tsv").string(), "--test",
                               (folder_ / "test.tsv").string(), "--quiet"});
    return run_with(std::move(more));
  }

  TemporaryFolder folder_;
};

TEST_F(EvalClassify, GivesAccuracyAndMacroF1) {
  const json::Document document = parsed(evaluate({"--json"}));
  EXPECT_EQ(document.root().at("task").string(), "classify");
  EXPECT_EQ(number(document, "train"), 4);
  EXPECT_EQ(number(document, "test"), 3);
  EXPECT_EQ(number(document, "classes"), 2);
  EXPECT_EQ(number(document, "unseen"), 1);
  EXPECT_DOUBLE_EQ(number(document, "accuracy"), 200.0 / 3);
  EXPECT_DOUBLE_EQ(number(document, "macro_f1"), 100 * (2.0 / 3 + 1) / 3);
  EXPECT_TRUE(document.root().at("converged").boolean());
  const Outcome lines = evaluate();
  EXPECT_THAT(lines.output, HasSubstr("accuracy  66.6667\nmacro F1  55.5556\n"));
}

TEST_F(EvalClassify, ReadsColumnsByName) {
  write(folder_ / "train.tsv", "intent\tquery\nword\tthe cat\nsign\t42 !\n");
  write(folder_ / "test.tsv", "query\tintent\nthe cat\tword\n42 !\tsign\n");
  EXPECT_DOUBLE_EQ(number(parsed(evaluate({"--json", "--label", "intent", "--text", "query"})), "accuracy"), 100);
  const Outcome outcome = evaluate();
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("train.tsv has no column label; its columns are intent, query"));
}

TEST_F(EvalClassify, NamesThePlaceOfAMistake) {
  const auto expect = [&](const std::string& file, std::string_view text, const std::string& sentence) {
    const std::string before = read(folder_ / file);
    write(folder_ / file, text);
    const Outcome outcome = evaluate();
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_THAT(outcome.errors, HasSubstr(sentence));
    write(folder_ / file, before);
  };
  expect("train.tsv", "label\ttext\nword\ta\nword\tb\n", "the 2 training texts have 1 class");
  expect("train.tsv", "label\ttext\n", "train.tsv has a header, but no rows");
  expect("train.tsv", "label\ttext\nword\ta\n\tb\n", "train.tsv:3: label is empty");
  expect("test.tsv", "label\ttext\nword\n", "test.tsv:2 has 1 fields, but the header has 2");
}

class EvalPairs : public testing::Test {
 protected:
  void SetUp() override {
    write(folder_ / "pairs.tsv",
          "label\tsentence1\tsentence2\n1\tthe cat\tthe cat\n0\tthe cat\t42 !\n1\t42 !\t42 !\n0\tsat\t! 42\n");
    write(folder_ / "triplets.tsv",
          "anchor\tpositive\tnegative\nthe cat\tthe cat\t42 !\n42 !\tthe cat\t42 !\nsat\tsat\t! 42\n");
  }

  Outcome evaluate(const char* task, const char* file, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"eval", task, "--data", (folder_ / file).string(), "--quiet"});
    return run_with(std::move(more));
  }

  void expect_failure(const char* task, const char* file, std::string_view text, const std::string& sentence) const {
    write(folder_ / file, text);
    const Outcome outcome = evaluate(task, file);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_THAT(outcome.errors, HasSubstr(sentence));
  }

  TemporaryFolder folder_;
};

TEST_F(EvalPairs, GivesEveryMeasure) {
  const json::Document document = parsed(evaluate("pairs", "pairs.tsv", {"--json"}));
  EXPECT_EQ(number(document, "pairs"), 4);
  EXPECT_EQ(number(document, "positives"), 2);
  EXPECT_EQ(number(document, "truncated"), 0);
  for (const std::string measure : {"cosine", "euclidean", "manhattan"}) {
    for (const char* metric : {"accuracy", "f1", "precision", "recall", "ap", "mcc"}) {
      EXPECT_DOUBLE_EQ(number(document, measure + "_" + metric), 100) << measure << metric;
    }
  }
  EXPECT_LT(number(document, "cosine_accuracy_threshold"), 1);
  EXPECT_GT(number(document, "euclidean_f1_threshold"), 0);
  EXPECT_TRUE(document.root().find("dot_ap"));
  EXPECT_THAT(evaluate("pairs", "pairs.tsv").output, HasSubstr("\ncosine      100.0000"));
  const json::Document triplets = parsed(evaluate("triplet", "triplets.tsv", {"--json"}));
  EXPECT_EQ(number(triplets, "triplets"), 3);
  EXPECT_DOUBLE_EQ(number(triplets, "cosine_accuracy"), 200.0 / 3);
  EXPECT_DOUBLE_EQ(
      number(parsed(evaluate("triplet", "triplets.tsv", {"--json", "--margin", "2.5"})), "cosine_accuracy"), 0);
  EXPECT_THAT(evaluate("triplet", "triplets.tsv").output, HasSubstr("cosine     66.6667\n"));
}

TEST_F(EvalPairs, NamesThePlaceOfAMistake) {
  EXPECT_EQ(evaluate("triplet", "triplets.tsv", {"--margin", "x"}).status, 2);
  expect_failure("pairs", "pairs.tsv", "label\tsentence1\tsentence2\n1\ta\tb\n2\ta\tb\n",
                 "pairs.tsv:3: label must be 0 or 1, not 2");
  expect_failure("pairs", "pairs.tsv", "label\tsentence1\tsentence2\n1\ta\tb\n", "all 1 pairs have the label 1");
  expect_failure("pairs", "pairs.tsv", "score\tsentence1\tsentence2\n1\ta\tb\n", "has no column label");
  expect_failure("pairs", "pairs.jsonl", "{\"label\": 1, \"sentence1\": \"a\"}\n",
                 "pairs.jsonl:1: sentence2 is missing");
  expect_failure("triplet", "triplets.tsv", "anchor\tpositive\na\tb\n", "has no column negative");
  expect_failure("triplet", "triplets.tsv", "anchor\tpositive\tnegative\n", "holds no triplets");
}

}  // namespace
}  // namespace mana::program
