#include "mana/train/moving_average.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mana::train {
namespace {

using testing::ElementsAre;

TEST(MovingAverage, FollowsItsFormulaAndLeavesFrozenWeightsAlone) {
  std::vector<float> moving = {1, 2}, frozen = {5};
  std::vector<autograd::Parameter> parameters(2);
  parameters[0].name = "moving";
  parameters[0].columns = 2;
  parameters[0].values = moving;
  parameters[1].name = "frozen";
  parameters[1].columns = 1;
  parameters[1].values = frozen;
  parameters[1].frozen = true;
  MovingAverage average(parameters, 0.75);
  Pool pool;
  const kernels::Run run{kernels::table(kernels::choose_isa()), pool};

  moving = {5, 2};
  average.update(run);  // 0.75 · 1 + 0.25 · 5
  moving = {0, 4};
  average.update(run);  // 0.75 · 2 + 0.25 · 0, 0.75 · 2 + 0.25 · 4
  average.swap();
  EXPECT_THAT(moving, ElementsAre(1.5f, 2.5f));
  EXPECT_THAT(frozen, ElementsAre(5));
  average.swap();
  EXPECT_THAT(moving, ElementsAre(0, 4));

  std::vector<std::string> names;
  average.for_each_state([&](const std::string& name, std::span<std::byte> bytes) {
    names.push_back(name);
    EXPECT_EQ(bytes.size(), 2 * sizeof(float));
  });
  EXPECT_THAT(names, ElementsAre("average.moving"));
}

}  // namespace
}  // namespace mana::train
