#include "mana/train/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "mana/base/json.h"
#include "mana/train/gradient_norm.h"
#include "mana/train/schedule.h"
#include "tests/support/source_path.h"

namespace mana::train {
namespace {

const std::filesystem::path kFixture = fixture_path("training/optimizers.json");

/// A [rows, columns] parameter that owns its memory.
struct Owned {
  Owned(std::size_t rows, std::size_t columns) : values(rows * columns), gradient(rows * columns) {
    parameter.rows = rows;
    parameter.columns = columns;
    parameter.values = values;
    parameter.gradient = gradient;
  }
  Owned(const Owned&) = delete;

  void set_values(const std::vector<float>& to) { std::copy(to.begin(), to.end(), values.begin()); }
  void set_gradient(const std::vector<float>& to) { std::copy(to.begin(), to.end(), gradient.begin()); }

  std::vector<float> values, gradient;  // the parameter looks at them
  autograd::Parameter parameter;
};

std::vector<float> numbers(const json::Value& rows) {
  std::vector<float> flat;
  for (const json::Value& row : rows.array()) {
    for (const json::Value& value : row.array()) flat.push_back(static_cast<float>(value.number()));
  }
  return flat;
}

Schedule schedule_of(const std::string& name, const json::Value& root) {
  for (const json::Value& each : root.at("schedules").array()) {
    if (each.at("name").string() != name) continue;
    return {schedule_shape(each.at("schedule").string()), 1, static_cast<std::uint64_t>(each.at("warmup").integer()),
            static_cast<std::uint64_t>(each.at("steps").integer())};
  }
  throw std::runtime_error(name);
}

UpdateRule rule_of(const json::Value& wanted) {
  const json::Value options = wanted.at("options");
  if (wanted.at("optimizer").string() == "sgd") {
    return Sgd{options.at("momentum").number(), options.at("weight_decay").number()};
  }
  const auto betas = options.at("betas").array();
  return AdamW{betas[0].number(), betas[1].number(), options.at("eps").number(), options.at("weight_decay").number()};
}

class OptimizerTest : public testing::Test {
 protected:
  Pool pool_;
  kernels::Run run_{kernels::table(kernels::Isa::portable), pool_};
};

TEST_F(OptimizerTest, StepsAsPyTorchDoes) {
  const json::Document document = json::Document::read(kFixture);
  const json::Value root = document.root();
  for (const json::Value& wanted : root.at("optimizers").array()) {
    SCOPED_TRACE(wanted.at("name").string());
    Owned owned(5, 3);
    owned.set_values(numbers(root.at("parameter")));
    owned.parameter.sparse = wanted.at("sparse").boolean();
    const std::span<autograd::Parameter> parameters(&owned.parameter, 1);
    Optimizer optimizer(parameters, rule_of(wanted));
    const double rate = wanted.at("options").at("lr").number();
    std::optional<Schedule> schedule;
    if (const auto name = wanted.find("schedule")) schedule = schedule_of(std::string(name->string()), root);

    for (std::uint64_t step = 0; step < 20; ++step) {
      owned.set_gradient(numbers(root.at("gradients").array()[step]));
      if (owned.parameter.sparse) {
        const bool all = step == 0 || step == 1 || step == 8 || step == 19;
        owned.parameter.touched = all ? std::vector<std::uint32_t>{0, 1, 2, 3, 4} : std::vector<std::uint32_t>{0, 2, 4};
        for (const std::size_t row : {1, 3}) {
          if (!all) std::fill_n(owned.gradient.begin() + static_cast<std::ptrdiff_t>(3 * row), 3, 0.0f);
        }
        optimizer.catch_up(run_, 0, owned.parameter.touched);
      }
      float scale = 1;
      if (const auto clip = wanted.find("clip")) {
        const double norm = gradient_norm(run_, parameters);
        EXPECT_NEAR(norm, wanted.at("norms").array()[step].number(), 1e-6 * norm);
        scale = static_cast<float>(clip_scale(norm, clip->number()));
      }
      optimizer.step(run_, rate * (schedule ? (*schedule)(step) : 1), scale);
      if (owned.parameter.sparse && step % 5 == 4) optimizer.catch_up(run_);
      if (owned.parameter.sparse && step % 5 != 4) continue;
      const std::vector<float> expected = numbers(wanted.at("parameters").array()[step]);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(owned.values[i], expected[i], 2e-6) << "step " << step << ", value " << i;
      }
      EXPECT_EQ(owned.gradient, std::vector<float>(15, 0));
    }
  }
}

TEST_F(OptimizerTest, SchedulesAreThoseOfTransformers) {
  const json::Document document = json::Document::read(kFixture);
  for (const json::Value& wanted : document.root().at("schedules").array()) {
    const Schedule schedule = schedule_of(std::string(wanted.at("name").string()), document.root());
    const auto factors = wanted.at("factors").array();
    for (std::size_t step = 0; step < factors.size(); ++step) {
      EXPECT_NEAR(schedule(step), factors[step].number(), 1e-12) << wanted.at("name").string() << ", step " << step;
    }
  }
}

TEST_F(OptimizerTest, TheInverseSquareRootIsThatOfThePaper) {
  constexpr double kWidth = 512, kWarmup = 4000;
  const Schedule schedule{ScheduleShape::inverse_sqrt, 1 / std::sqrt(kWidth * kWarmup), 4000, 100'000};
  for (const std::uint64_t step : {0, 1, 3999, 4000, 4001, 16'000, 99'999}) {
    const auto s = static_cast<double>(step);
    const double paper = step == 0 ? 0 : std::min(1 / std::sqrt(s), s * std::pow(kWarmup, -1.5)) / std::sqrt(kWidth);
    EXPECT_NEAR(schedule(step), paper, 1e-12) << step;
  }
  const Schedule cold{ScheduleShape::inverse_sqrt, 1, 0, 10};
  EXPECT_EQ(cold(0), 1);
  EXPECT_EQ(cold(4), 0.5);
}

/// Rows that are seldom touched, over many more steps than are replayed.
TEST_F(OptimizerTest, RowsCaughtUpEqualThoseUpdatedInEveryStep) {
  for (const UpdateRule& rule : {UpdateRule(AdamW{.decay = 0.01}), UpdateRule(Sgd{.momentum = 0.9, .decay = 0}),
                                 UpdateRule(Sgd{.momentum = 0.9, .decay = 0.01})}) {
    constexpr std::size_t kRows = 12, kColumns = 5;
    Owned dense(kRows, kColumns), sparse(kRows, kColumns);
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    for (float& value : dense.values) value = normal(random);
    sparse.set_values(dense.values);
    sparse.parameter.sparse = true;
    Optimizer every(std::span(&dense.parameter, 1), rule), seldom(std::span(&sparse.parameter, 1), rule);
    for (std::uint64_t step = 0; step < 1000; ++step) {
      const Schedule schedule{.shape = ScheduleShape::linear, .rate = 1e-2, .warmup = 20, .steps = 1000};
      for (std::size_t row = 0; row < kRows; ++row) {
        if (random() % (1 + row * row * 4) != 0) continue;  // row 0 in every step, the last about twice
        sparse.parameter.touched.push_back(static_cast<std::uint32_t>(row));
        for (std::size_t i = 0; i < kColumns; ++i) {
          dense.gradient[row * kColumns + i] = sparse.gradient[row * kColumns + i] = normal(random);
        }
      }
      seldom.catch_up(run_, 0, sparse.parameter.touched);
      every.step(run_, schedule(step));
      seldom.step(run_, schedule(step));
    }
    seldom.catch_up(run_);
    for (std::size_t i = 0; i < dense.values.size(); ++i)
      EXPECT_NEAR(sparse.values[i], dense.values[i], 1e-6 * std::max(1.0f, std::abs(dense.values[i]))) << i;
  }
}

TEST_F(OptimizerTest, UntouchedRowsStayWhereTheyAreIfAsked) {
  Owned table(2, 3);
  table.set_values({1, 2, 3, 4, 5, 6});
  table.parameter.sparse = true;
  Optimizer optimizer(std::span(&table.parameter, 1), AdamW{.decay = 0.1}, UntouchedRows::keep);
  for (int step = 0; step < 3; ++step) {
    table.parameter.touched = {1};
    table.set_gradient({0, 0, 0, 1, 1, 1});
    optimizer.step(run_, 0.1);
  }
  optimizer.catch_up(run_);
  EXPECT_EQ(std::vector<float>(table.values.begin(), table.values.begin() + 3), (std::vector<float>{1, 2, 3}));
  EXPECT_LT(table.values[3], 4);
}

TEST_F(OptimizerTest, FrozenParametersStayAndOwnRatesCount) {
  Owned frozen(1, 2), half(1, 2);
  frozen.parameter.frozen = true;
  half.parameter.rate_scale = 0.5f;
  std::vector<autograd::Parameter> parameters = {frozen.parameter, half.parameter};
  Optimizer optimizer(parameters, Sgd{.momentum = 0});
  frozen.set_gradient({1, 1});
  half.set_gradient({1, 1});
  optimizer.step(run_, 0.5);
  EXPECT_EQ(frozen.values, (std::vector<float>{0, 0}));
  EXPECT_EQ(half.values, (std::vector<float>{-0.25f, -0.25f}));
}

TEST_F(OptimizerTest, BitsDoNotDependOnTheThreads) {
  constexpr std::size_t kSize = 200'000;
  std::vector<float> first;
  std::vector<double> norms;
  for (const unsigned threads : {1U, 2U, 3U}) {
    Owned owned(1, kSize);
    Team team(threads);
    const kernels::Run run{kernels::table(kernels::Isa::portable), pool_, &team};
    Optimizer optimizer(std::span(&owned.parameter, 1), AdamW{});
    for (int step = 0; step < 3; ++step) {
      for (std::size_t i = 0; i < kSize; ++i) owned.gradient[i] = std::sin(static_cast<float>(i + 1000 * step));
      norms.push_back(gradient_norm(run, std::span(&owned.parameter, 1)));
      optimizer.step(run, 1e-3);
    }
    if (threads == 1) first = owned.values;
    EXPECT_EQ(owned.values, first);
    EXPECT_EQ(norms.back(), norms[2]);
  }
}

}  // namespace
}  // namespace mana::train
