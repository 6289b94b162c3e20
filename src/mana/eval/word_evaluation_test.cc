// Against gensim, on what tools/golden/word_vectors.py asked it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/eval/analogies.h"
#include "mana/eval/word_similarity.h"
#include "mana/formats/word_file.h"
#include "tests/support/source_path.h"

namespace mana::eval {
namespace {

const std::filesystem::path kFixtures = fixture_path("word_vectors");

TEST(Analogies, AreAnsweredAsByTheReference) {
  const auto document = json::Document::read(kFixtures / "expected.json");
  const formats::WordVectors vectors = formats::open_word_file(kFixtures / "words.bin");
  const auto sections = data::read_analogies(kFixtures / "questions.txt");
  Team team(2);
  for (const bool all : {true, false}) {
    models::WordSearch search{.team = team, .kernels = kernels::table(kernels::choose_isa())};
    if (!all) search.among = 20;
    const AnalogyResult result = evaluate_analogies(vectors, sections, search);
    const auto expected = document.root().at("analogies").at(all ? "all" : "first 20").at("sections").array();
    ASSERT_EQ(result.sections.size() + 1, expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const AnalogyScore& score = i < result.sections.size() ? result.sections[i] : result.total;
      EXPECT_EQ(static_cast<std::int64_t>(score.correct), expected[i].at("correct").integer()) << score.name;
      EXPECT_EQ(static_cast<std::int64_t>(score.asked - score.correct), expected[i].at("incorrect").integer())
          << score.name;
      if (i == result.sections.size()) continue;
      EXPECT_EQ(score.asked + score.unknown, sections[i].questions.size());
    }
    EXPECT_EQ(result.semantic.asked + result.syntactic.asked, result.total.asked);
    EXPECT_EQ(result.semantic.asked, result.sections[0].asked + result.sections[1].asked);
  }
}

TEST(WordSimilarity, AgreesWithTheReference) {
  const auto document = json::Document::read(kFixtures / "expected.json");
  const json::Value expected = document.root().at("pairs");
  const formats::WordVectors vectors = formats::open_word_file(kFixtures / "words.bin");
  const auto pairs = data::read_scored_words(kFixtures / "pairs.tsv");
  const WordSimilarityResult result = evaluate_word_similarity(vectors, pairs, vectors.size());
  EXPECT_NEAR(result.spearman, expected.at("spearman").number(), 1e-12);
  EXPECT_NEAR(result.pearson, expected.at("pearson").number(), 1e-6);
  EXPECT_NEAR(100.0 * static_cast<double>(result.unknown) / static_cast<double>(pairs.size()),
              expected.at("unknown_percent").number(), 1e-9);
  EXPECT_EQ(result.pairs + result.unknown, pairs.size());
  EXPECT_THROW(evaluate_word_similarity(vectors, pairs, 3), ArgumentError);
}

}  // namespace
}  // namespace mana::eval
