// What CTranslate2 and transformers translate where they are told how a translation begins, what never appears in it,
// and that all of the source should be looked at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "mana/generate/test_generator.h"

namespace mana::generate {
namespace {

class GuidedTest : public testing::TestWithParam<const char*> {
 protected:
  json::Document document = json::Document::read(kTranslationFixtures / "guided.json");
  std::vector<std::vector<Token>> sources = rows_of(document.root().at("sources"));
  json::Value expected = document.root().at("models").at(GetParam());
  std::size_t limit = static_cast<std::size_t>(expected.at("max_length").integer(1, 100));
  Generator translate = generator(GetParam(), kernels::choose_isa(), kernels::Precision::f32);

  std::vector<std::vector<Hypothesis>> translations(const Options& options, const std::vector<Token>& prefix) {
    std::vector<Text> texts;
    texts.reserve(sources.size());
    for (const std::vector<Token>& source : sources) texts.push_back({source, prefix});
    return translate(texts, options);
  }
};

std::vector<std::vector<Token>> suppressed_in(const json::Value& run) {
  std::vector<std::vector<Token>> rows = rows_of(run.at("suppressed"));
  rows.push_back({kFixturePad});
  return rows;
}

TEST_P(GuidedTest, GreedyIsThatOfTransformers) {
  for (const json::Value& run : expected.at("greedy").array()) {
    const auto found = translations({.max_length = limit, .forced_end = true, .suppressed = suppressed_in(run)},
                                    tokens_of(run.at("prefix")));
    const auto wanted = rows_of(run.at("found"));
    ASSERT_EQ(wanted.size(), found.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].front().tokens, wanted[i]) << "source " << i;
  }
}

/// A row of shares for each token, as CTranslate2 gives them: none for the end.
void expect_attention(const Hypothesis& found, const json::Value& wanted, std::size_t source_tokens) {
  ASSERT_EQ(found.attention.size(), found.steps.size() * source_tokens);
  std::size_t place = 0;
  for (const json::Value& row : wanted.array()) {
    for (const json::Value& share : row.array()) EXPECT_NEAR(found.attention[place++], share.number(), 1e-5);
  }
  EXPECT_EQ(place, found.tokens.size() * source_tokens);
}

TEST_P(GuidedTest, BeamsAreThoseOfCTranslate2) {
  std::size_t compared = 0, attended = 0;
  for (const json::Value& run : expected.at("beams").array()) {
    const json::Value wanted = run.at("options");
    const auto size = [](const json::Value& of) { return static_cast<std::size_t>(of.integer(0, 100)); };
    const Options options{.beam = size(wanted.at("beam_size")),
                          .hypotheses = size(wanted.at("num_hypotheses")),
                          .length_penalty = wanted.at("length_penalty").number(),
                          .coverage_penalty = wanted.at("coverage_penalty").number(),
                          .patience = wanted.at("patience").number(),
                          .max_length = limit,
                          .suppressed = suppressed_in(run),
                          .alignment = true,
                          .alignment_layer = static_cast<std::size_t>(run.at("alignment_layer").integer(-1, 9) + 1),
                          .alignment_head = size(run.at("alignment_heads"))};
    const auto found = translations(options, tokens_of(run.at("prefix")));
    std::size_t i = 0;
    for (const json::Value& hypotheses : run.at("found").array()) {
      const auto& own = found[i];
      const std::size_t source_tokens = sources[i++].size();
      if (hypotheses.is_null()) continue;
      std::size_t k = 0;
      for (const json::Value& hypothesis : hypotheses.array()) {
        ASSERT_LT(k, own.size());
        EXPECT_EQ(own[k].tokens, tokens_of(hypothesis.at("tokens"))) << "source " << i << ", " << k;
        const double score = hypothesis.at("score").number();
        EXPECT_NEAR(own[k].score, score, 1e-5 * std::max(1.0, std::abs(score))) << "source " << i << ", " << k;
        if (const auto attention = hypothesis.find("attention")) {
          expect_attention(own[k], *attention, source_tokens);
          ++attended;
        }
        ++k, ++compared;
      }
      EXPECT_EQ(k, own.size());
    }
  }
  EXPECT_GT(compared, 200);
  EXPECT_GE(attended, 12);
}

TEST_P(GuidedTest, WhatATokenLooksAtAddsUpToOne) {
  for (const std::size_t head : {0, 1, 4}) {
    const auto found = translations(
        {.beam = 2, .max_length = limit, .alignment = true, .alignment_layer = 1, .alignment_head = head}, {});
    for (std::size_t i = 0; i < found.size(); ++i) {
      const Hypothesis& best = found[i].front();
      ASSERT_EQ(best.attention.size(), best.steps.size() * sources[i].size());
      for (std::size_t step = 0; step < best.steps.size(); ++step) {
        const auto row = best.attention.begin() + static_cast<std::ptrdiff_t>(step * sources[i].size());
        EXPECT_NEAR(std::accumulate(row, row + static_cast<std::ptrdiff_t>(sources[i].size()), 0.0), 1, 1e-5);
      }
    }
  }
}

TEST_P(GuidedTest, NoAttentionComesWhereNoneIsWanted) {
  const Options plain{.beam = 3, .hypotheses = 3, .max_length = limit};
  Options watched = plain;
  watched.alignment = true;
  const auto without = translations(plain, {}), with = translations(watched, {});
  for (std::size_t i = 0; i < with.size(); ++i) {
    for (std::size_t k = 0; k < with[i].size(); ++k) {
      EXPECT_TRUE(without[i][k].attention.empty());
      EXPECT_EQ(without[i][k].tokens, with[i][k].tokens);
      EXPECT_EQ(without[i][k].score, with[i][k].score);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, GuidedTest, testing::Values("tied", "two_tables"));

}  // namespace
}  // namespace mana::generate
