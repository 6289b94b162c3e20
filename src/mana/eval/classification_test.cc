#include "mana/eval/classification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "tests/support/source_path.h"

namespace mana::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

json::Document fixture() { return json::Document::read(fixture_path("eval/classification.json")); }

template <class T>
std::vector<T> list(const json::Value& value) {
  std::vector<T> values;
  for (const json::Value& each : value.array()) values.push_back(static_cast<T>(each.number()));
  return values;
}

TEST(ClassificationScores, AreThoseOfScikitLearn) {
  const json::Document document = fixture();
  std::size_t cases = 0;
  for (const json::Value& each : document.root().at("scorings").array()) {
    SCOPED_TRACE(each.at("name").string());
    const ClassificationScores scores =
        classification_scores(list<std::uint32_t>(each.at("truth")), list<std::uint32_t>(each.at("predicted")));
    EXPECT_NEAR(scores.accuracy, each.at("accuracy").number(), 1e-12);
    EXPECT_NEAR(scores.macro_f1, each.at("macro_f1").number(), 1e-12);
    ++cases;
  }
  EXPECT_EQ(cases, 6);
  EXPECT_THROW(classification_scores({}, {}), ArgumentError);
  EXPECT_THROW(classification_scores(std::vector<std::uint32_t>{1}, {}), ArgumentError);
}

class Classification : public testing::Test {
 protected:
  engine::Encoder encoder_{fixture_path("sentence_models/mean")};
  data::LabelledTexts train_ = {{"the cat", "the cat sat", "42 !", "! 42 !"}, {"word", "word", "sign", "sign"}};
};

TEST_F(Classification, LearnsFromOneSetAndScoresOnTheOther) {
  const data::LabelledTexts test = {{"the cat", "42 !", "the cat sat"}, {"word", "sign", "other"}};
  std::vector<std::size_t> texts;
  std::size_t steps = 0;
  const ClassificationResult result = evaluate_classification(
      encoder_, train_, test,
      {[&](std::size_t count) { texts.push_back(count); }, [&](std::size_t step) { steps = step; }});
  EXPECT_EQ(result.train, 4);
  EXPECT_EQ(result.test, 3);
  EXPECT_EQ(result.classes, 2);
  EXPECT_EQ(result.unseen, 1);
  EXPECT_TRUE(result.converged);
  EXPECT_EQ(result.iterations, steps);
  EXPECT_THAT(texts, ElementsAre(4, 7));
  EXPECT_DOUBLE_EQ(result.scores.accuracy, 2.0 / 3);
  EXPECT_DOUBLE_EQ(result.scores.macro_f1, (2.0 / 3 + 1 + 0) / 3) << "'word' once too often, 'other' never";
}

TEST_F(Classification, NeedsClassesAndTexts) {
  data::LabelledTexts one = train_;
  one.labels.assign(one.size(), "word");
  EXPECT_THAT([&] { evaluate_classification(encoder_, one, train_); },
              ThrowsMessage<ArgumentError>(HasSubstr("the 4 training texts have 1 class; at least 2")));
  EXPECT_THROW(evaluate_classification(encoder_, {}, train_), ArgumentError);
  EXPECT_THROW(evaluate_classification(encoder_, train_, {}), ArgumentError);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(evaluate_classification(encoder_, train_, train_, {}, stop.get_token()), Cancelled);
}

}  // namespace
}  // namespace mana::eval
