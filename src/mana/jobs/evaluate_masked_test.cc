// Pseudo-perplexity, as a loop over transformers finds it (tools/golden/masked_training.py).
#include "mana/jobs/evaluate_masked.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "tests/support/source_path.h"

namespace mana::jobs {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const std::filesystem::path kFixture = fixture_path("masked_training");

EvaluateMaskedResult evaluate(const std::vector<std::string>& texts) {
  EvaluateMaskedOptions options;
  options.model = kFixture / "words";
  options.threads = 1;
  options.precision = kernels::Precision::f32;
  std::size_t next = 0;
  return evaluate_masked(options, [&](std::string& text) {
    if (next == texts.size()) return false;
    text = texts[next++];
    return true;
  });
}

TEST(EvaluateMasked, HidesEveryTokenOfATextButThoseOfTheTemplate) {
  const json::Document document = json::Document::read(kFixture / "training.json");
  std::vector<std::string> texts;
  double sum = 0, tokens = 0;
  for (const json::Value& each : document.root().at("pseudo").array()) {
    texts.emplace_back(each.at("text").string());
    const auto count = static_cast<double>(each.at("tokens").integer());
    const double expected = each.at("perplexity").number();
    const EvaluateMaskedResult found = evaluate({texts.back()});
    EXPECT_EQ(static_cast<double>(found.tokens), count) << texts.back();
    EXPECT_NEAR(found.pseudo_perplexity / expected, 1, 1e-5) << texts.back();
    sum += count * std::log(expected);
    tokens += count;
  }
  EXPECT_NEAR(evaluate(texts).pseudo_perplexity / std::exp(sum / tokens), 1, 1e-5);
}

TEST(EvaluateMasked, ATextOfUnknownWordsCountsButForTheShare) {
  EXPECT_THAT([] { evaluate({"", "این یک"}); }, ThrowsMessage<ArgumentError>(HasSubstr("no text with a word")));
  const EvaluateMaskedResult known = evaluate({"the cat"}), both = evaluate({"the cat", "این یک", ""});
  EXPECT_EQ(both.texts, 2U);
  EXPECT_EQ(both.tokens, 4U);
  EXPECT_EQ(both.hidden, known.hidden);
  EXPECT_EQ(both.loss, known.loss);
  EXPECT_NE(both.pseudo_perplexity, known.pseudo_perplexity);
}

}  // namespace
}  // namespace mana::jobs
