#include "mana/jobs/explain/similarity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "mana/base/errors.h"
#include "mana/jobs/explain/similarity_page.h"
#include "tests/support/source_path.h"

namespace mana::jobs {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing::ThrowsMessage;

const std::filesystem::path kFixtures = fixture_path();
constexpr const char* kA = "The cat sat on the mat, un-affable.";
constexpr const char* kB = "سلام - hello world?";

// Mean pooling alone, and before Normalize, LayerNorm, a linear Dense, a cut; static embeddings.
class SimilarityOf : public testing::TestWithParam<const char*> {};

TEST_P(SimilarityOf, IsTheSumOfItsPairs) {
  const SimilarityExplainer explain(kFixtures / GetParam(), 1);
  for (const auto& [a, b] : {std::pair(kA, kB), std::pair(kA, "the mat"), std::pair(kB, kB)}) {
    const ExplainedSimilarity found = explain(a, b);
    EXPECT_NEAR(found.shares.sum, found.score, 1e-6);
    EXPECT_NEAR(std::accumulate(found.shares.values.begin(), found.shares.values.end(), 0.0), found.score, 1e-6);
    EXPECT_EQ(found.shares.rows, found.a.tokens.size());
    EXPECT_EQ(found.shares.columns, found.b.tokens.size());
    EXPECT_LT(std::abs(found.score), 1 + 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, SimilarityOf,
                         testing::Values("sentence_models/mean", "sentence_models/layer_norm",
                                         "sentence_models/older_dense", "sentence_models/prompts",
                                         "sentence_models/truncate_dim", "sentence_models/no_modules",
                                         "static_models/plain", "static_models/model2vec", "static_models/prompts"));

TEST(ExplainSimilarity, RefusesByNameWhatIsNoMean) {
  const auto refused = [](const std::string& model, const std::string& name) {
    const SimilarityExplainer explain(kFixtures / "sentence_models" / model, 1);
    EXPECT_THAT([&] { explain(kA, kB); }, ThrowsMessage<ArgumentError>(HasSubstr(name))) << model;
  };
  refused("cls", "the model's pooling is cls,");
  refused("max", "pooling is max,");
  refused("lasttoken", "pooling is lasttoken,");
  refused("weightedmean", "pooling is weightedmean,");
  refused("mean_sqrt_len_tokens", "pooling is mean_sqrt_len_tokens,");
  refused("concatenated", "pooling is lasttoken and mean,");
  refused("dense_tanh", "dense layer ends with tanh,");
}

TEST(ExplainSimilarity, CutsNothingInSilence) {
  const SimilarityExplainer explain(kFixtures / "sentence_models/mean", 1);
  std::string text;
  for (int i = 0; i < 60; ++i) text += "cat ";
  EXPECT_THAT([&] { explain(kA, text); },
              ThrowsMessage<ArgumentError>(AllOf(StartsWith("the text 'cat cat"), HasSubstr("nothing is cut off"))));
}

TEST(SimilarityPage, SaysTheScoreAndAsksForNothing) {
  const SimilarityExplainer explain(kFixtures / "sentence_models/mean", 1);
  const std::string page = similarity_page(explain("</script><script>alert(1)", kB));
  EXPECT_THAT(page, HasSubstr("The cosine of two texts"));
  EXPECT_THAT(page, HasSubstr("سلام"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  for (const char* outside : {"src=", "href=", "url(", "@import", "http:", "https:"}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
}

}  // namespace
}  // namespace mana::jobs
