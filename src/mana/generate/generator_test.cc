// A Transformer's translations beside those of transformers and CTranslate2, and the promise that one does not depend
// on the others.
#include "mana/generate/generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "mana/base/errors.h"
#include "mana/generate/test_generator.h"

namespace mana::generate {
namespace {

using testing::HasSubstr;

struct Sources {
  explicit Sources(const json::Value& root) {
    for (const json::Value& source : root.at("sources").array()) ids.push_back(tokens_of(source));
    for (const auto& source : ids) texts.push_back({source, {}, texts.size()});
  }
  std::vector<std::vector<Token>> ids;
  std::vector<Text> texts;
};

class TranslationTest : public testing::TestWithParam<const char*> {
 protected:
  json::Document document = json::Document::read(kTranslationFixtures / "expected.json");
  Sources sources{document.root()};
  json::Value expected = document.root().at("models").at(GetParam());
  Generator translate = generator(GetParam(), kernels::choose_isa(), kernels::Precision::f32);
};

TEST_P(TranslationTest, GreedyIsThatOfTransformers) {
  const auto limit = static_cast<std::size_t>(expected.at("max_length").integer(1, 100));
  const auto found = translate(sources.texts, {.max_length = limit, .forced_end = true, .suppressed = {{kFixturePad}}});
  const auto greedy = expected.at("greedy").array();
  std::size_t i = 0;
  for (const json::Value& tokens : greedy) EXPECT_EQ(found[i++].front().tokens, tokens_of(tokens)) << "source " << i;
  EXPECT_EQ(i, sources.texts.size());
}

TEST_P(TranslationTest, BeamsAreThoseOfCTranslate2) {
  const auto limit = static_cast<std::size_t>(expected.at("max_length").integer(1, 100));
  for (const json::Value& run : expected.at("beams").array()) {
    const json::Value wanted = run.at("options");
    const auto size = [&](const char* name) {
      const auto value = wanted.find(name);
      return value ? static_cast<std::size_t>(value->integer(0, 100)) : 0;
    };
    const Options options{.beam = size("beam_size"),
                          .hypotheses = size("num_hypotheses"),
                          .length_penalty = wanted.at("length_penalty").number(),
                          .coverage_penalty = wanted.at("coverage_penalty").number(),
                          .patience = wanted.at("patience").number(),
                          .min_length = size("min_decoding_length"),
                          .max_length = limit,
                          .no_repeat_ngram = size("no_repeat_ngram_size"),
                          .suppressed = {{kFixturePad}}};
    const auto expected_found = run.at("found").array();
    std::size_t count = 0;
    for ([[maybe_unused]] const json::Value& each : expected_found) ++count;
    const auto found = translate(std::span(sources.texts).first(count), options);
    std::size_t i = 0;
    for (const json::Value& hypotheses : expected_found) {
      std::size_t k = 0;
      for (const json::Value& hypothesis : hypotheses.array()) {
        ASSERT_LT(k, found[i].size());
        EXPECT_EQ(found[i][k].tokens, tokens_of(hypothesis.at("tokens"))) << "source " << i << ", " << k;
        if (!hypothesis.at("score").is_null()) {
          // Of itself where it is a sum of many, which CTranslate2 adds up in f32.
          const double score = hypothesis.at("score").number(), unit = std::max(1.0, std::abs(score));
          EXPECT_NEAR(found[i][k].score, score, 1e-5 * unit) << "source " << i << ", " << k;
        }
        ++k;
      }
      EXPECT_EQ(k, found[i].size());
      ++i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, TranslationTest, testing::Values("tied", "two_tables"));

struct Level {
  kernels::Isa isa;
  kernels::Precision precision;
};

std::vector<Level> levels() {
  std::vector<Level> all;
  for (const kernels::Precision precision :
       {kernels::Precision::f32, kernels::Precision::bf16, kernels::Precision::int8}) {
    if (kernels::available(precision, kernels::choose_isa())) all.push_back({kernels::choose_isa(), precision});
  }
  return all;
}

class GeneratorThreadsTest : public testing::TestWithParam<Level> {};

TEST_P(GeneratorThreadsTest, ATranslationDoesNotDependOnTheOthers) {
  const json::Document document = json::Document::read(kTranslationFixtures / "expected.json");
  const Sources sources(document.root());
  Generator alone = generator("two_tables", GetParam().isa, GetParam().precision);
  Generator threads = generator("two_tables", GetParam().isa, GetParam().precision, 3);
  std::vector<Text> reversed(sources.texts.rbegin(), sources.texts.rend());
  for (const Options& options :
       {Options{.max_length = 20}, Options{.beam = 4, .hypotheses = 4, .max_length = 20},
        Options{.beam = 3, .hypotheses = 3, .coverage_penalty = 0.3, .max_length = 20, .alignment = true},
        Options{.hypotheses = 2, .sampling = Sampling{.top_k = 7}, .max_length = 20, .alignment = true}}) {
    const auto together = threads(sources.texts, options), backwards = alone(reversed, options);
    for (std::size_t i = 0; i < sources.texts.size(); ++i) {
      const std::span<const Text> text = std::span(sources.texts).subspan(i, 1);
      const auto own = alone(text, options).front(), shared = threads(text, options).front();
      for (const auto& found : {shared, together[i], backwards[sources.texts.size() - 1 - i]}) {
        ASSERT_EQ(found.size(), own.size());
        for (std::size_t k = 0; k < own.size(); ++k) {
          ASSERT_EQ(found[k].tokens, own[k].tokens) << "source " << i;
          ASSERT_EQ(found[k].score, own[k].score) << "source " << i;
          ASSERT_EQ(found[k].ending, own[k].ending);
          ASSERT_EQ(found[k].attention, own[k].attention);
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, GeneratorThreadsTest, testing::ValuesIn(levels()),
                         [](const auto& level) { return std::string(kernels::name_of(level.param.precision)); });

TEST(Generator, RefusesWhatTheModelCannotTake) {
  Generator translate = generator("tied", kernels::choose_isa(), kernels::Precision::f32);
  const auto message = [&](const std::vector<Token>& source, const std::vector<Token>& prefix, const Options& options) {
    try {
      const Text text{source, prefix};
      translate(std::span(&text, 1), options);
    } catch (const ArgumentError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const Options options{.max_length = 9};
  EXPECT_EQ(message({5, 0}, {7}, options), "");
  EXPECT_THAT(message({}, {}, options), HasSubstr("text 1 has no token"));
  EXPECT_THAT(message({5, 61}, {}, options), HasSubstr("no source token 61"));
  EXPECT_THAT(message({5}, {-1}, options), HasSubstr("no target token -1"));
  EXPECT_THAT(message(std::vector<Token>(65, 1), {}, options), HasSubstr("64 positions"));
  EXPECT_THAT(message({5}, std::vector<Token>(9, 1), options), HasSubstr("prefix of 9 tokens"));
  EXPECT_THAT(message({5}, {}, {.max_length = 65}), HasSubstr("64 positions"));
  EXPECT_THAT(message({5}, {}, {.max_length = 9, .alignment_layer = 3}), HasSubstr("the decoder has 2 layers"));
  EXPECT_THAT(message({5}, {}, {.max_length = 9, .alignment_head = 5}), HasSubstr("the decoder has 4 heads"));
  EXPECT_THAT(message({5}, {}, {.beam = 62}), HasSubstr("vocabulary has 61"));
}

}  // namespace
}  // namespace mana::generate
