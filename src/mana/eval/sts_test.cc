#include "mana/eval/sts.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "mana/base/errors.h"
#include "tests/support/sanitized.h"

namespace mana::eval {
namespace {

/// The folder of the default model, where it has been set up.
std::optional<std::filesystem::path> default_model() {
  const char* store = std::getenv("MANA_HOME");
  const char* home = std::getenv("HOME");
  if (store == nullptr && home == nullptr) return std::nullopt;
  const std::filesystem::path root = store != nullptr ? store : std::filesystem::path(home) / ".cache" / "mana";
  const std::filesystem::path folder = root / "models" / "all-MiniLM-L6-v2";
  return std::filesystem::exists(folder / "model.safetensors") ? std::optional(folder) : std::nullopt;
}

TEST(Sts, AgreesWithPeopleOnPlainPairs) {
  const auto model = default_model();
  if (!model) GTEST_SKIP() << "the default model is not set up";
  const engine::Encoder encoder(*model);
  const data::ScoredPairs pairs = {{"A man plays a guitar.", "A cat sleeps.", "The stock market fell today."},
                                   {"A man is playing the guitar.", "A dog sleeps.", "He is slicing an onion."},
                                   {5, 2.5, 0}};
  std::size_t last_progress = 0;
  const StsResult result = evaluate_sts(encoder, pairs, [&](std::size_t texts) { last_progress = texts; });
  EXPECT_EQ(result.pairs, 3);
  EXPECT_EQ(result.truncated, 0);
  EXPECT_DOUBLE_EQ(result.spearman, 1);
  EXPECT_GT(result.pearson, 0.9);
  EXPECT_EQ(last_progress, 6);
}

TEST(Sts, StopsWhenAsked) {
  const auto model = default_model();
  if (!model) GTEST_SKIP() << "the default model is not set up";
  const engine::Encoder encoder(*model);
  std::stop_source stop;
  stop.request_stop();
  const data::ScoredPairs pairs = {{"a", "b"}, {"c", "d"}, {1, 2}};
  EXPECT_THROW(evaluate_sts(encoder, pairs, {}, stop.get_token()), Cancelled);
}

/// The scores of sentence-transformers for all-MiniLM-L6-v2 in f32. (The program's own tests do the same for en-test.)
TEST(StsBenchmark, IsThatOfSentenceTransformers) {
  if (kSanitized) GTEST_SKIP() << "thousands of texts take minutes under a sanitizer";
  const char* data = std::getenv("MANA_TEST_DATA");
  if (data == nullptr) GTEST_SKIP() << "MANA_TEST_DATA is not set";
  const auto model = default_model();
  if (!model) GTEST_SKIP() << "the default model is not set up";
  const data::ScoredPairs pairs = data::read_scored_pairs(std::filesystem::path(data) / "stsb" / "en-dev.tsv");
  const StsResult result = evaluate_sts(engine::Encoder(*model), pairs);
  EXPECT_EQ(result.pairs, 1500);
  EXPECT_NEAR(100 * result.spearman, 86.7163, 0.01);
  EXPECT_NEAR(100 * result.pearson, 86.9620, 0.01);
}

}  // namespace
}  // namespace mana::eval
