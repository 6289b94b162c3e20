#include "mana/classify/classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/base/team.h"
#include "mana/base/temporary_folder.h"
#include "mana/classify/class_numbers.h"
#include "tests/support/source_path.h"

namespace mana::classify {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

const std::filesystem::path kModel = fixture_path("sentence_models/mean");

TEST(ClassNumbers, AreThoseOfTheNamesInOrder) {
  const std::vector<std::string> labels = {"b", "10", "a", "b", "9"};
  const ClassNumbers numbers(labels);
  EXPECT_THAT(numbers.names(), ElementsAre("10", "9", "a", "b"));
  EXPECT_EQ(numbers.find("a"), 2);
  EXPECT_EQ(numbers.find("c"), std::nullopt);
  EXPECT_THAT(numbers.of(std::vector<std::string>{"b", "z", "a", "y", "z"}), ElementsAre(3, 4, 2, 5, 4));
}

TEST(MostProbable, AreTheFirstOfEquals) {
  const std::vector<double> probabilities = {0.2, 0.3, 0.3, 0.2};
  EXPECT_THAT(most_probable(probabilities, 3), ElementsAre(1, 2, 0));
  EXPECT_THAT(most_probable(probabilities, 9), ElementsAre(1, 2, 0, 3));
  EXPECT_THAT(most_probable(probabilities, 0), IsEmpty());
}

/// Probabilities of scikit-learn, from the fixture of the regression.
TEST(ClassifierHead, SaysWhatTheRegressionSays) {
  const json::Document document = json::Document::read(fixture_path("eval/classification.json"));
  Team team(1);
  for (const json::Value& each : document.root().at("regressions").array()) {
    SCOPED_TRACE(each.at("name").string());
    std::vector<float> x;
    for (const json::Value& row : each.at("x").array()) {
      for (const json::Value& value : row.array()) x.push_back(static_cast<float>(value.number()));
    }
    std::vector<std::uint32_t> classes;
    for (const json::Value& value : each.at("classes").array()) {
      classes.push_back(static_cast<std::uint32_t>(value.integer()));
    }
    const std::size_t dimensions = x.size() / classes.size();
    const std::size_t count = std::ranges::max(classes) + 1;
    const auto regression = LogisticRegression::fit({x, dimensions, classes}, count, team,
                                                    {.c = each.at("c").number(), .tolerance = 1e-10});
    const formats::ClassifierHead head = head_of(regression, std::vector<std::string>(count));
    EXPECT_EQ(head.weights.size(), count * dimensions);
    const std::vector<json::Value> expected = each.at("probabilities").array();
    for (std::size_t row = 0; row < classes.size(); ++row) {
      const auto found = probabilities(head, std::span(x).subspan(row * dimensions, dimensions));
      EXPECT_NEAR(std::accumulate(found.begin(), found.end(), 0.0), 1, 1e-12);
      const std::vector<json::Value> wanted = expected[row].array();
      for (std::size_t i = 0; i < count; ++i) EXPECT_NEAR(found[i], wanted[i].number(), 2e-5);  // weights are f32
    }
    EXPECT_THROW(probabilities(head, std::span(x).first(dimensions - 1)), ArgumentError);
  }
}

class ClassifierFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::copy(kModel, folder_ / "model", std::filesystem::copy_options::recursive);
    const engine::Encoder encoder(kModel);
    const std::vector<std::string> texts = {"the cat", "the cat sat", "42 !", "! 42 !"};
    const std::vector<std::uint32_t> classes = {1, 1, 0, 0};
    const engine::Embeddings rows = encoder.embed(texts);
    Team team(1);
    const auto regression = LogisticRegression::fit({rows.values, rows.dimensions, classes}, 2, team, {.c = 100});
    head_ = head_of(regression, {"sign", "word"});
    formats::write_classifier_head(model(), head_);
  }

  std::filesystem::path model() const { return folder_ / "model"; }

  TemporaryFolder folder_;
  formats::ClassifierHead head_;
};

TEST_F(ClassifierFolder, ClassifiesOneTextAsItDoesInAStream) {
  const Classifier classifier(model(), {.threads = 2});
  EXPECT_THAT(classifier.classes(), ElementsAre("sign", "word"));
  const std::vector<std::string> texts = {"the cat sat", "! !", "a cat"};
  std::size_t next = 0;
  std::vector<Classification> streamed;
  classifier.stream(
      [&](std::string& text) {
        if (next == texts.size()) return false;
        text = texts[next++];
        return true;
      },
      [&](std::size_t first, std::span<const std::string> some, std::span<const Classification> found) {
        EXPECT_EQ(first, streamed.size());
        EXPECT_EQ(some.size(), found.size());
        streamed.insert(streamed.end(), found.begin(), found.end());
      });
  ASSERT_EQ(streamed.size(), 3);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Classification alone = classifier.classify(texts[i]);
    EXPECT_EQ(alone.probabilities, streamed[i].probabilities) << "its company changes nothing";
    EXPECT_FALSE(alone.truncated);
  }
  EXPECT_GT(streamed[0].probabilities[1], 0.5);
  EXPECT_GT(streamed[1].probabilities[0], 0.5);
}

TEST_F(ClassifierFolder, MakesVectorsAsItWasTrainedTo) {
  head_.config.vectors.max_tokens = 3;
  formats::write_classifier_head(model(), head_);
  const Classifier classifier(model());
  EXPECT_EQ(classifier.encoder().max_tokens(), 3);
  EXPECT_TRUE(classifier.classify("the cat sat").truncated);
}

TEST_F(ClassifierFolder, RefusesAHeadThatDoesNotFitTheModel) {
  head_.config.vectors.truncate_dim = 8;
  formats::write_classifier_head(model(), head_);
  EXPECT_THAT([&] { Classifier{model()}; },
              ThrowsMessage<FormatError>(HasSubstr("trained on vectors of 32 dimensions, but the model makes 8")));
  EXPECT_THROW(Classifier{kModel}, ArgumentError);
}

}  // namespace
}  // namespace mana::classify
