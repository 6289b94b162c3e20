#include "mana/compress/layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/models/sentence/model_folder.h"
#include "tests/support/source_path.h"

namespace mana::compress {
namespace {

using testing::ElementsAre;

std::filesystem::path model(const std::string& name) { return fixture_path("sentence_models/" + name); }

TEST(EvenlySpacedLayers, KeepTheFirstAndTheLast) {
  EXPECT_THAT(evenly_spaced_layers(1, 6), ElementsAre(0));
  EXPECT_THAT(evenly_spaced_layers(2, 6), ElementsAre(0, 5));
  EXPECT_THAT(evenly_spaced_layers(3, 6), ElementsAre(0, 3, 5));
  EXPECT_THAT(evenly_spaced_layers(4, 6), ElementsAre(0, 2, 3, 5));
  EXPECT_THAT(evenly_spaced_layers(6, 6), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(evenly_spaced_layers(4, 12), ElementsAre(0, 4, 7, 11));
  EXPECT_THROW(evenly_spaced_layers(0, 6), ArgumentError);
  EXPECT_THROW(evenly_spaced_layers(7, 6), ArgumentError);
}

TEST(KeepLayers, RenamesTheTensorsOfThoseThatStay) {
  for (const std::string name : {"mean", "old_names", "sharded"}) {
    const TemporaryFolder folder;
    models::copy_model(model(name), folder.path());
    keep_layers(folder.path(), {1});
    EXPECT_EQ(layer_count(folder.path()), 1U);
    const formats::StoredWeights before = formats::StoredWeights::open(model(name));
    const formats::StoredWeights after = formats::StoredWeights::open(folder.path());
    EXPECT_EQ(after.files().size(), 1U);
    const std::string prefix = name == "old_names" ? "bert." : "";
    const formats::Shape shape = {64, 32};
    EXPECT_EQ(after.f32(prefix + "encoder.layer.0.intermediate.dense.weight", shape),
              before.f32(prefix + "encoder.layer.1.intermediate.dense.weight", shape));
    EXPECT_EQ(after.find(prefix + "encoder.layer.1.intermediate.dense.weight"), nullptr);
  }
}

}  // namespace
}  // namespace mana::compress
