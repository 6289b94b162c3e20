#include "mana/nn/embedding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace mana::nn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TouchedRows, AreAscendingEachOnce) {
  const std::vector<std::int32_t> ids = {9, 2, 0, 9, 3};
  Parameter parameter;
  parameter.touched = {2, 7};
  parameter.sparse = true;
  touch(parameter, ids);
  EXPECT_THAT(parameter.touched, ElementsAre(0, 2, 3, 7, 9));
}

TEST(TouchedRows, AreOfSparseTablesAlone) {
  const std::vector<std::int32_t> ids = {9, 2};
  Parameter parameter;
  touch(parameter, ids);
  EXPECT_THAT(parameter.touched, IsEmpty());
}

}  // namespace
}  // namespace mana::nn
