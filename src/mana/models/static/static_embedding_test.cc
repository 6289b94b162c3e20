#include "mana/models/static/static_embedding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"

namespace mana::models {
namespace {

// A few kilobytes of mapping on a wide row ask for more memory than there is.
TEST(StaticEmbedding, RefusesAMappingThatNoMemoryHolds) {
  const TemporaryFolder folder;
  const std::vector<float> row(std::size_t{1} << 20);
  const std::vector<std::int32_t> mapping(2048);
  const formats::TensorToWrite tensors[] = {
      {"embeddings", DType::f32, {1, row.size()}, std::as_bytes(std::span(row))},
      {"mapping", DType::i32, {mapping.size()}, std::as_bytes(std::span(mapping))}};
  formats::write_safetensors(folder / "model.safetensors", tensors);
  const auto load = [&] {
    load_static_embedding(std::make_shared<const formats::StoredWeights>(formats::StoredWeights::open(folder.path())));
  };
  EXPECT_THAT(load, testing::ThrowsMessage<FormatError>(testing::HasSubstr("tensor mapping makes 2048 rows")));
}

}  // namespace
}  // namespace mana::models
