#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "mana/base/json.h"
#include "process.h"

namespace mana::program {
namespace {

using testing::HasSubstr;

class EvalBleu : public testing::Test {
 protected:
  void SetUp() override {
    write(folder_ / "out", "the cat is on the mat\n[1] yes\n");
    write(folder_ / "ref", "the cat sat on the mat\r\n[1] yes\r\n");
    write(folder_ / "other", "the cat is on the mat\nno\n");
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  Outcome evaluate(std::vector<std::string> more = {}, const std::string& hypotheses = "out",
                   const std::string& references = "ref") const {
    std::vector<std::string> arguments = {"eval",           "bleu",         "--hypotheses",
                                          path(hypotheses), "--references", path(references)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(std::move(arguments));
  }

  TemporaryFolder folder_;
};

json::Document parsed(const Outcome& outcome) {
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  return json::Document::parse(outcome.output, "output");
}

double number(const json::Document& document, std::string_view key) { return document.root().at(key).number(); }

TEST_F(EvalBleu, SaysItAsSacrebleuDoes) {
  const Outcome outcome = evaluate({"--chrf", "--chrf-words", "2"});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_EQ(outcome.errors, "");
  const std::vector<std::string> lines = lines_of(outcome.output);
  ASSERT_EQ(lines.size(), 2U);
  // sacrebleu 2.6.0 -f text -w 2 of the same files.
  EXPECT_THAT(lines[0], HasSubstr("BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:mana-"));
  EXPECT_THAT(lines[0], HasSubstr(" = 53.90 90.0/75.0/50.0/25.0 (BP = 1.000 ratio = 1.000 hyp_len = 10 ref_len = 10)"));
  EXPECT_THAT(lines[1], HasSubstr("chrF2++|nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no|version:mana-"));
  EXPECT_THAT(lines[1], HasSubstr(" = 70.91"));
}

TEST_F(EvalBleu, GivesEveryNumber) {
  const json::Document document = parsed(evaluate({"--json", "--sentences", "--chrf"}));
  EXPECT_EQ(document.root().at("task").string(), "bleu");
  EXPECT_EQ(number(document, "segments"), 2);
  EXPECT_EQ(number(document, "references"), 1);
  EXPECT_NEAR(number(document, "bleu"), 53.90, 0.01);
  EXPECT_EQ(document.root().at("matches").array()[0].number(), 9);
  EXPECT_EQ(document.root().at("totals").array()[3].number(), 4);
  EXPECT_EQ(document.root().at("precisions").array()[1].number(), 75);
  EXPECT_EQ(number(document, "brevity_penalty"), 1);
  EXPECT_EQ(number(document, "hypothesis_length"), 10);
  EXPECT_EQ(document.root().at("chrf_name").string(), "chrF2");
  EXPECT_THAT(std::string(document.root().at("sentence_signature").string()), HasSubstr("|eff:yes|"));
  const std::vector<json::Value> sentences = document.root().at("sentences").array();
  ASSERT_EQ(sentences.size(), 2U);
  EXPECT_DOUBLE_EQ(sentences[1].at("bleu").number(), 100);
  EXPECT_DOUBLE_EQ(sentences[1].at("chrf").number(), 100);
  const Outcome table = evaluate({"--sentences", "--chrf"});
  EXPECT_THAT(table.output, HasSubstr("\n\n segment      BLEU     chrF2\n"));
  EXPECT_THAT(table.output, HasSubstr("\n       2    100.00    100.00\n"));
}

TEST_F(EvalBleu, TakesSeveralReferences) {
  const json::Document document = parsed(evaluate({path("other"), "--json"}));
  EXPECT_EQ(number(document, "references"), 2);
  EXPECT_DOUBLE_EQ(number(document, "bleu"), 100);
  EXPECT_THAT(std::string(document.root().at("signature").string()), HasSubstr("nrefs:2|"));
}

TEST_F(EvalBleu, ReadsTablesAndJson) {
  write(folder_ / "out.jsonl", "{\"translation\": \"the cat is on the mat\"}\n{\"translation\": \"[1] yes\"}\n");
  write(folder_ / "ref.tsv", "en\tde\nx\tthe cat sat on the mat\ny\t[1] yes\n");
  const Outcome outcome =
      evaluate({"--hypothesis-column", "translation", "--reference-column", "de"}, "out.jsonl", "ref.tsv");
  EXPECT_EQ(outcome.output, evaluate().output) << outcome.errors;
  EXPECT_THAT(evaluate({"--reference-column", "fa"}, "out", "ref.tsv").errors, HasSubstr("fa"));
}

TEST_F(EvalBleu, HasOptions) {
  write(folder_ / "out", "The CAT is-on the mat\n[1] yes\n");
  const auto bleu = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = more;
    arguments.emplace_back("--json");
    return number(parsed(evaluate(arguments)), "bleu");
  };
  EXPECT_GT(bleu({"--lowercase"}), bleu({}));
  EXPECT_NE(bleu({"--tokenize", "intl"}), bleu({}));
  EXPECT_NE(bleu({"--tokenize", "none"}), bleu({}));
  EXPECT_EQ(bleu({"--tokenize", "none", "--smoothing", "none"}), 0);
  EXPECT_LT(bleu({"--tokenize", "none", "--smoothing", "floor", "--smoothing-value", "0.01"}),
            bleu({"--tokenize", "none", "--smoothing", "floor"}));
  EXPECT_THAT(evaluate({"--smoothing", "add-k"}).output, HasSubstr("|smooth:add-k[1.00]|"));
}

TEST_F(EvalBleu, RefusesWhatWouldBeIgnored) {
  for (const std::vector<std::string>& more : {std::vector<std::string>{"--chrf-words", "2"},
                                               {"--smoothing-value", "0.5"},
                                               {"--smoothing", "best"},
                                               {"--tokenize", "zh"},
                                               {"--chrf", "--chrf-words", "10"},
                                               {"--smoothing", "floor", "--smoothing-value", "0"}}) {
    EXPECT_EQ(evaluate(more).status, 2) << more.front();
  }
  EXPECT_EQ(run({"eval", "bleu", "--hypotheses", path("out")}).status, 2);
}

TEST_F(EvalBleu, NamesThePlaceOfAMistake) {
  const auto expect = [&](std::string_view hypotheses, const std::string& sentence) {
    write(folder_ / "out", hypotheses);
    const Outcome outcome = evaluate();
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_THAT(outcome.errors, HasSubstr(sentence));
  };
  expect("one\n", "out ends after text 1, but ");
  expect("one\ntwo\nthree\n", "ref ends after text 2, but ");
  expect("", "out ends after text 0, but ");
  write(folder_ / "ref", "");
  expect("", "holds no texts");
  write(folder_ / "ref", "\n\n");
  expect("one\ntwo\n", "ref holds no texts: all of it is white space");
  EXPECT_EQ(evaluate({}, "missing").status, 1);
}

TEST_F(EvalBleu, TellsWhatIsOdd) {
  write(folder_ / "out", "\nyes \xFF\n");
  write(folder_ / "ref", "a dog\n\n");
  const Outcome outcome = evaluate({"--json"});
  EXPECT_EQ(number(parsed(outcome), "bleu"), 0);
  EXPECT_THAT(outcome.errors, HasSubstr("UTF-8"));
  EXPECT_THAT(outcome.errors, HasSubstr("1 text of "));
  EXPECT_THAT(outcome.errors, HasSubstr("is empty, the first is number 2"));
  EXPECT_EQ(evaluate({"--json", "--quiet"}).errors, "");
}

}  // namespace
}  // namespace mana::program
