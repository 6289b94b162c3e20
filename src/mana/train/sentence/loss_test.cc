#include "mana/train/sentence/loss.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "mana/base/errors.h"

namespace mana::train {
namespace {

using autograd::Variable;
using testing::HasSubstr;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

class LossTest : public testing::Test {
 protected:
  Tensor matrix(std::size_t rows, const std::vector<float>& values) {
    Tensor result = pool_.tensor(rows, values.size() / rows);
    std::copy(values.begin(), values.end(), result.data());
    return result;
  }
  Variable leaf(std::size_t rows, const std::vector<float>& values) { return tape_.leaf(matrix(rows, values)); }
  float value(const Variable& loss) { return loss.value().data()[0]; }
  std::vector<float> gradient(const Variable& x) {
    return {x.gradient().data(), x.gradient().data() + x.rows() * x.columns()};
  }
  /// L, after the gradients have flowed back.
  float loss(std::string_view name, const std::vector<Variable>& columns, Tensor labels, LossOptions options = {}) {
    if (options.dimensions == 0) options.dimensions = columns[0].columns();
    if (name == "softmax") options.classes = 2;
    Loss made = make_loss(name, options);
    Labels given;
    if (made.data.label == Label::category) {
      given.classes.assign(labels.data(), labels.data() + labels.rows());
    } else {
      given.values = std::move(labels);
    }
    const Variable result = made(columns, given);
    const float number = value(result);
    tape_.backward(result);
    return number;
  }
  template <class Function>
  std::string message(const Function& function) {
    try {
      function();
    } catch (const ArgumentError& error) {
      return error.what();
    }
    return "nothing was wrong";
  }

  Pool pool_;
  autograd::Tape tape_{kernels::Run{kernels::table(kernels::choose_isa()), pool_}};
};

TEST_F(LossTest, OneRowHasNothingToRank) {
  const Variable u = leaf(1, {1, 2}), v = leaf(1, {2, -1});
  EXPECT_EQ(loss("mnr", {u, v}, {}), 0);
  EXPECT_EQ(gradient(u), (std::vector<float>{0, 0}));
  EXPECT_EQ(loss("cosent", {leaf(1, {1, 2}), leaf(1, {2, -1})}, matrix(1, {0.5f})), 0);
  EXPECT_EQ(loss("angle", {leaf(1, {1, 2}), leaf(1, {2, -1})}, matrix(1, {0.5f})), 0);
  EXPECT_EQ(loss("batch-hard-triplet", {leaf(1, {1, 2})}, matrix(1, {0})), 5);
}

TEST_F(LossTest, ScoresThatAreEqualRankNothing) {
  const Variable u = leaf(2, {1, 2, 3, 4}), v = leaf(2, {2, -1, 0, 1});
  EXPECT_EQ(loss("cosent", {u, v}, matrix(2, {0.5f, 0.5f})), 0);
  EXPECT_EQ(gradient(u), std::vector<float>(4));
}

TEST_F(LossTest, DuplicatesShareTheProbability) {
  const Variable u = leaf(2, {1, 2, 1, 2}), v = leaf(2, {2, 4, 2, 4});
  EXPECT_NEAR(loss("mnr", {u, v}, {}), std::log(2), 1e-6);
}

TEST_F(LossTest, OneClassAloneIsAsFarAsTheMargin) {
  const Variable x = leaf(3, {1, 2, 3, 4, 0, -1});
  EXPECT_EQ(loss("batch-hard-triplet", {x}, matrix(3, {7, 7, 7})), 5);
  EXPECT_EQ(gradient(x), std::vector<float>(6));
}

TEST_F(LossTest, DuplicatesInAClassHaveAFiniteGradient) {
  const Variable x = leaf(3, {1, 2, 1, 2, 0, -1});
  EXPECT_NEAR(loss("batch-hard-triplet", {x}, matrix(3, {0, 0, 1})), 5 - std::sqrt(10), 1e-6);
  for (const float slope : gradient(x)) EXPECT_TRUE(std::isfinite(slope));
}

TEST_F(LossTest, ZeroVectorsHaveFiniteGradients) {
  const std::vector<float> zeros(4);
  for (const std::string_view name : vector_loss_names()) {
    SCOPED_TRACE(name);
    tape_.clear();
    const LossData data = loss_data(name);
    std::vector<Variable> columns;
    for (std::size_t i = 0; i < std::max(data.least_texts, data.twice ? std::size_t{2} : 1); ++i) {
      columns.push_back(leaf(2, zeros));
    }
    Tensor labels = data.label == Label::vector ? matrix(2, {1, 0, 0, 1}) : matrix(2, {0, 1});
    EXPECT_TRUE(std::isfinite(loss(name, columns, std::move(labels))));
    for (const Variable& column : columns) {
      for (const float slope : gradient(column)) EXPECT_TRUE(std::isfinite(slope));
    }
  }
}

TEST_F(LossTest, NanIsNotHidden) {
  for (const std::string_view name : vector_loss_names()) {
    SCOPED_TRACE(name);
    const LossData data = loss_data(name);
    const std::size_t texts = std::max(data.least_texts, data.twice ? std::size_t{2} : 1);
    for (std::size_t bad = 0; bad < texts; ++bad) {
      tape_.clear();
      std::vector<Variable> columns;
      for (std::size_t i = 0; i < texts; ++i) {
        std::vector<float> values{1, 2, -3, 1, 0.5f, 1, -1, 2};
        if (i == bad) values[2] = kNan;
        columns.push_back(leaf(4, values));
      }
      Tensor labels = data.label == Label::vector ? matrix(4, {1, 0, 0, 1, 1, 0, 0, 1}) : matrix(4, {0, 1, 0, 1});
      EXPECT_TRUE(std::isnan(loss(name, columns, std::move(labels))));
    }
  }
}

TEST_F(LossTest, AngleTakesAnOddNumberOfDimensions) {
  // With a zero beside the last dimension, as if it had been there.
  const float odd = loss("angle", {leaf(2, {1, 2, 3, 1, 0, 1}), leaf(2, {2, 1, 3, 0, 1, 1})}, matrix(2, {0, 1}));
  tape_.clear();
  const float even =
      loss("angle", {leaf(2, {1, 2, 3, 0, 1, 0, 1, 0}), leaf(2, {2, 1, 3, 0, 0, 1, 1, 0})}, matrix(2, {0, 1}));
  EXPECT_EQ(odd, even);
  EXPECT_GT(odd, 0);
}

TEST_F(LossTest, MarginsMayBeGivenAsScores) {
  const std::vector<float> q{1, 2, 3, 4}, p{1, 0, 0, 1}, n{0, 1, 1, 1};
  const float margins = loss("margin-mse", {leaf(2, q), leaf(2, p), leaf(2, n)}, matrix(2, {0.5f, -1}));
  const float scores = loss("margin-mse", {leaf(2, q), leaf(2, p), leaf(2, n)}, matrix(2, {2, 1.5f, 3, 4}));
  EXPECT_EQ(margins, scores);
}

TEST_F(LossTest, ATeacherMayHaveAVectorForEachText) {
  const std::vector<float> u{1, 2, 3, 4}, v{0, 1, 5, 1};
  const float both = loss("mse", {leaf(2, u), leaf(2, v)}, matrix(2, {1, 2, 0, 1, 3, 4, 5, 0}));
  EXPECT_EQ(both, 1.0f / 8);
}

TEST_F(LossTest, MatryoshkaCutsTheVectorsOfATeacher) {
  LossOptions options{.matryoshka = {2, 1}, .matryoshka_weights = {0, 1}};
  // The first dimension of (3, 4) by itself is 1; the teacher's stays 0.5.
  EXPECT_FLOAT_EQ(loss("mse", {leaf(1, {3, 4})}, matrix(1, {0.5f, 9}), options), 0.25f);
}

TEST_F(LossTest, HeadsStartByTheirSeedAlone) {
  const auto weights = [](std::uint64_t seed) {
    Loss made = make_loss("softmax", {.dimensions = 4, .classes = 3, .seed = seed});
    const std::span<const float> values = made.parameters()[0].values;
    return std::vector<float>(values.begin(), values.end());
  };
  EXPECT_EQ(weights(1), weights(1));
  EXPECT_NE(weights(1), weights(2));
  for (const float weight : weights(1)) EXPECT_LE(std::abs(weight), 1 / std::sqrt(12.0f));
  EXPECT_EQ(make_loss("softmax", {.dimensions = 4, .classes = 3}).parameters()[1].columns, 3U);
  EXPECT_TRUE(make_loss("mnr", {}).parameters().empty());
}

TEST_F(LossTest, SaysWhichOptionsALossDoesNotHave) {
  EXPECT_THAT(message([] { make_loss("infonce", {}); }), HasSubstr("choose one of mnr, cached-mnr"));
  EXPECT_THAT(message([] { make_loss("cosine", {.scale = 20}); }), HasSubstr("cosine has no scale"));
  EXPECT_THAT(message([] { make_loss("mnr", {.margin = 1}); }), HasSubstr("mnr has no margin"));
  EXPECT_THAT(message([] { make_loss("cosent", {.symmetric = true}); }), HasSubstr("no symmetric form"));
  EXPECT_THAT(message([] { make_loss("mnr", {.mini_batch = 8}); }), HasSubstr("no mini-batch"));
  EXPECT_THAT(message([] { make_loss("batch-hard-triplet", {.distance = Distance::manhattan}); }),
              HasSubstr("no manhattan distance"));
  EXPECT_THAT(message([] { make_loss("mnr", {.scale = kNan}); }), HasSubstr("above 0"));
  EXPECT_THAT(message([] { make_loss("softmax", {.dimensions = 4, .classes = 1}); }), HasSubstr("1 classes"));
  EXPECT_THAT(message([] { make_loss("softmax", {.dimensions = 4, .classes = 2, .matryoshka = {2}}); }),
              HasSubstr("Matryoshka cuts off"));
  EXPECT_THAT(message([] { make_loss("mnr", {.dimensions = 4, .matryoshka = {8}}); }), HasSubstr("between 1 and"));
  EXPECT_THAT(message([] {
                make_loss("mnr", {.dimensions = 4, .matryoshka = {4}, .matryoshka_weights = {1, 1}});
              }),
              HasSubstr("1 lengths but 2 weights"));
}

TEST_F(LossTest, SaysWhichBatchesItDoesNotTake) {
  const Variable u = leaf(2, {1, 2, 3, 4}), v = leaf(2, {2, -1, 0, 1}), other = leaf(1, {1, 2});
  EXPECT_THAT(message([&] { loss("triplet", {u, v}, {}); }), HasSubstr("2 columns of vectors: give it 3"));
  EXPECT_THAT(message([&] { loss("mnr", {u}, {}); }), HasSubstr("1 column of vectors: give it 2 or more"));
  EXPECT_THAT(message([&] { loss("mnr", {u, other}, {}); }), HasSubstr("as many vectors"));
  EXPECT_THAT(message([&] { loss("cosent", {u, v}, {}); }), HasSubstr("labels of 0 rows"));
  EXPECT_THAT(message([&] {
                loss("softmax", {u, v}, matrix(2, {0, 2}));
              }),
              HasSubstr("row 2 of a batch has the class 2"));
  EXPECT_THAT(message([&] { loss("batch-hard-triplet", {u}, matrix(1, {0})); }), HasSubstr("1 classes for 2 rows"));
  EXPECT_THAT(message([&] { loss("mse", {u}, matrix(2, {1, 2, 3, 4, 5, 6})); }), HasSubstr("3 columns"));
}

}  // namespace
}  // namespace mana::train
