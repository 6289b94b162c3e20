#include "mana/jobs/inspect.h"

#include <gmock/gmock.h>

#include "mana/jobs/verify.h"
#include "tests/support/source_path.h"

namespace mana::jobs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::filesystem::path kModel = fixture_path("sentence_models/mean");

TEST(Inspect, SaysWhatAModelIsMadeOf) {
  const Inspection model = inspect(kModel);
  ASSERT_FALSE(model.architecture.parts.empty());
  EXPECT_EQ(model.architecture.parts.front().name, "type");
  EXPECT_THAT(model.pipeline, testing::Contains(HasSubstr("pooling mean")));
  EXPECT_GT(model.dimensions, 0U);
  EXPECT_GT(model.parameters.used_parameters, 0U);
  const auto weights = std::ranges::find(model.files, "model.safetensors", &InspectedFile::name);
  ASSERT_NE(weights, model.files.end());
  EXPECT_GT(weights->weights->tensors, 0U);
}

TEST(Verify, FindsNothingWrongWithAModelThatIsRight) { EXPECT_THAT(verify(kModel).wrong, ElementsAre()); }

TEST(Verify, ReportsAndDoesNotThrowWhatIsWrong) {
  EXPECT_THAT(verify(fixture_path()).wrong, testing::Not(testing::IsEmpty()));
}

}  // namespace
}  // namespace mana::jobs
