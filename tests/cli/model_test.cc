#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "mana/base/json.h"
#include "process.h"
#include "tests/support/sanitized.h"

/// The program with the default model, all-MiniLM-L6-v2.
namespace mana::program {
namespace {

class DefaultModel : public testing::Test {
 protected:
  void SetUp() override {
    if (!default_model()) GTEST_SKIP() << "the default model is not set up";
  }
};

TEST_F(DefaultModel, IsTheDefault) {
  const Outcome outcome = run({"similarity", "How do I reset my password?", "I forgot my password"});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_GT(std::stof(outcome.output), 0.6F);
  EXPECT_LT(std::stof(run({"similarity", "How do I reset my password?", "a slice of bread"}).output), 0.2F);
}

TEST_F(DefaultModel, HasTheParametersThatItsMakersName) {
  const Outcome outcome = run({"inspect", "--json"});
  const json::Document about = json::Document::parse(outcome.output, "output");
  EXPECT_EQ(about.root().at("parameters").integer(), 22713216);
  EXPECT_EQ(about.root().at("dimensions").integer(), 384);
  EXPECT_EQ(about.root().at("max_tokens").integer(), 256);
}

TEST_F(DefaultModel, IsWhole) { EXPECT_EQ(run({"verify"}).status, 0); }

TEST_F(DefaultModel, ScoresOnStsAsTheReference) {
  if (kSanitized) GTEST_SKIP() << "thousands of texts take minutes under a sanitizer";
  const char* data = std::getenv("MANA_TEST_DATA");
  if (data == nullptr) GTEST_SKIP() << "MANA_TEST_DATA is not set";
  const Outcome outcome =
      run({"eval", "sts", "--precision", "f32", "--json", "--data", std::string(data) + "/stsb/en-test.tsv"});
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const json::Document result = json::Document::parse(outcome.output, "output");
  EXPECT_EQ(result.root().at("pairs").integer(), 1379);
  EXPECT_NEAR(result.root().at("spearman").number(), 82.0325, 0.01);
  EXPECT_NEAR(result.root().at("pearson").number(), 82.7406, 0.01);
}

}  // namespace
}  // namespace mana::program
