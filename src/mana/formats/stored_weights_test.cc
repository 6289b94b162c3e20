#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <memory>
#include <numeric>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/formats/safetensors.h"

namespace mana::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

void write_one(const std::filesystem::path& path, const std::string& name, const std::vector<float>& values) {
  const TensorToWrite tensor{name, DType::f32, {values.size()}, std::as_bytes(std::span(values))};
  write_safetensors(path, std::span(&tensor, 1));
}

void write_index(const TemporaryFolder& folder, std::string_view weight_map) {
  std::ofstream(folder / "model.safetensors.index.json")
      << R"({"metadata":{"total_size":8},"weight_map":)" << weight_map << "}";
}

/// Two shards with a tensor each.
void write_shards(const TemporaryFolder& folder) {
  write_one(folder / "model-1.safetensors", "a", {1, 2});
  write_one(folder / "model-2.safetensors", "b", {3});
}

/// The message with which a folder is refused.
std::string refusal(const TemporaryFolder& folder) {
  try {
    StoredWeights::open(folder.path());
  } catch (const FormatError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(StoredWeights, ReadsASingleFile) {
  const TemporaryFolder folder;
  write_one(folder / "model.safetensors", "a", {1, 2});
  const StoredWeights stored_weights = StoredWeights::open(folder.path());
  EXPECT_EQ(stored_weights.folder(), folder.path());
  EXPECT_EQ(stored_weights.files().size(), 1U);
  EXPECT_EQ(stored_weights.find("b"), nullptr);
  EXPECT_EQ(stored_weights.at("a").shape, Shape{2});
  EXPECT_THAT(stored_weights.f32("a", {2}), ElementsAre(1, 2));
  EXPECT_THAT([&] { stored_weights.at("b"); }, ThrowsMessage<FormatError>(EndsWith("there is no tensor b")));
}

TEST(StoredWeights, NamesBothShapes) {
  const TemporaryFolder folder;
  write_one(folder / "model.safetensors", "a", {1, 2});
  const StoredWeights stored_weights = StoredWeights::open(folder.path());
  EXPECT_THAT(
      [&] {
        stored_weights.f32("a", {1, 2});
      },
      ThrowsMessage<FormatError>(EndsWith("a has the shape [2], but [1, 2] is needed")));
}

TEST(StoredWeights, NamesATensorThatIsNotOfRealNumbers) {
  const TemporaryFolder folder;
  const std::int64_t ids[] = {1};
  const TensorToWrite tensor{"ids", DType::i64, {1}, std::as_bytes(std::span(ids))};
  write_safetensors(folder / "model.safetensors", std::span(&tensor, 1));
  const StoredWeights stored_weights = StoredWeights::open(folder.path());
  EXPECT_THAT([&] { stored_weights.f32("ids", {1}); },
              ThrowsMessage<FormatError>(EndsWith("ids: i64 elements cannot be read as f32")));
}

TEST(StoredWeights, ReadsLargeTensorsPieceByPiece) {
  const TemporaryFolder folder;
  std::vector<float> values(300'001);
  std::iota(values.begin(), values.end(), 0.0F);
  write_one(folder / "model.safetensors", "a", values);
  const StoredWeights stored_weights = StoredWeights::open(folder.path());
  EXPECT_EQ(stored_weights.f32("a", {values.size()}), values);
  EXPECT_EQ(stored_weights.f32("a", {values.size()}, false), values);
}

TEST(StoredWeights, JoinsShards) {
  const TemporaryFolder folder;
  write_shards(folder);
  write_index(folder, R"({"a":"model-1.safetensors","b":"model-2.safetensors"})");
  const StoredWeights stored_weights = StoredWeights::open(folder.path());
  EXPECT_EQ(stored_weights.files().size(), 2U);
  EXPECT_EQ(stored_weights.tensors().size(), 2U);
  EXPECT_THAT(stored_weights.f32("a", {2}), ElementsAre(1, 2));
  EXPECT_THAT(stored_weights.f32("b", {1}), ElementsAre(3));
}

TEST(StoredWeights, ASingleFileGoesBeforeAnIndex) {
  const TemporaryFolder folder;
  write_one(folder / "model.safetensors", "whole", {1});
  write_index(folder, R"({"a":"missing.safetensors"})");
  EXPECT_NE(StoredWeights::open(folder.path()).find("whole"), nullptr);
}

TEST(StoredWeights, AShardThatIsNotThereIsNamed) {
  const TemporaryFolder folder;
  write_shards(folder);
  write_index(folder, R"({"a":"model-1.safetensors","b":"model-3.safetensors"})");
  EXPECT_THAT([&] { StoredWeights::open(folder.path()); },
              ThrowsMessage<IoError>(HasSubstr("names the file model-3.safetensors, which is not there")));
}

TEST(StoredWeights, ShardsStayInsideTheFolder) {
  const TemporaryFolder outside, folder;
  write_one(outside / "x.safetensors", "a", {1});
  for (const std::string& shard :
       {(outside / "x.safetensors").string(), "../" + outside.path().filename().string() + "/x.safetensors",
        std::string("sub/../../x.safetensors"), std::string(R"(..\\x.safetensors)")}) {
    write_index(folder, "{\"a\":\"" + shard + "\"}");
    EXPECT_THAT(refusal(folder), HasSubstr("which is not inside the folder")) << shard;
  }
}

TEST(StoredWeights, RefusesAWrongIndex) {
  const TemporaryFolder folder;
  write_shards(folder);
  write_index(folder, R"({"a":"model-1.safetensors","b":"model-1.safetensors"})");
  EXPECT_THAT(refusal(folder), HasSubstr("weight_map.b is model-1.safetensors, which has no such tensor"));
  write_index(folder, R"({"a":1})");
  EXPECT_THAT(refusal(folder), HasSubstr("weight_map.a must be a string"));
  write_index(folder, "[]");
  EXPECT_THAT(refusal(folder), HasSubstr("weight_map must be an object"));
  write_index(folder, "null");
  EXPECT_THAT(refusal(folder), HasSubstr("weight_map is missing"));
  write_index(folder, R"({"a":"none.safetensors"})");
  EXPECT_THROW(StoredWeights::open(folder.path()), IoError);
  write_index(folder, R"({"a":""})");
  EXPECT_THROW(StoredWeights::open(folder.path()), IoError);
}

TEST(StoredWeights, RefusesATensorInTwoShards) {
  const TemporaryFolder folder;
  write_one(folder / "model-1.safetensors", "a", {1});
  write_one(folder / "model-2.safetensors", "a", {2});
  write_index(folder, R"({"a":"model-1.safetensors","b":"model-2.safetensors"})");
  EXPECT_THAT(refusal(folder), HasSubstr("a stands in an earlier shard too"));
}

TEST(StoredWeights, SaysWhatIsMissing) {
  const TemporaryFolder folder;
  const auto open = [&] { StoredWeights::open(folder.path()); };
  EXPECT_THAT(open,
              ThrowsMessage<IoError>(HasSubstr("has neither model.safetensors nor model.safetensors.index.json")));
  std::ofstream(folder / "pytorch_model.bin") << "x";
  EXPECT_THAT(open, ThrowsMessage<FormatError>(HasSubstr("pytorch_model.bin is nothing that torch.save() wrote")));
  EXPECT_THAT([&] { StoredWeights::open(folder / "none"); }, ThrowsMessage<IoError>(HasSubstr("there is no folder")));
}

TEST(StoredWeights, SaysWhatAFolderHasInstead) {
  const auto refused = [](const std::string& file) {
    const TemporaryFolder folder;
    std::filesystem::create_directories((folder / file).parent_path());
    std::ofstream(folder / file) << "x";
    try {
      StoredWeights::open(folder.path());
    } catch (const IoError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(refused("onnx/model.onnx"), HasSubstr("it has weights only as onnx/model.onnx, ONNX"));
  EXPECT_THAT(refused("tiny.Q4_K_M.gguf"), HasSubstr("tiny.Q4_K_M.gguf, GGUF"));
  EXPECT_THAT(refused("tf_model.h5"), HasSubstr("tf_model.h5, TensorFlow's"));
  EXPECT_THAT(refused("bert_model.ckpt.index"), HasSubstr("a checkpoint of TensorFlow"));
  EXPECT_THAT(refused("flax_model.msgpack"), HasSubstr("Flax's"));
  EXPECT_THAT(refused("openvino/openvino_model.xml"), HasSubstr("OpenVINO"));
  EXPECT_THAT(refused("model.bin"), HasSubstr("weights only as model.bin, a pickle of PyTorch"));
  EXPECT_THAT(refused("model.safetensors.incomplete"), HasSubstr("half a download"));
  EXPECT_THAT(refused("model-00001-of-00002.safetensors"), HasSubstr("fetch model.safetensors.index.json"));
  EXPECT_THAT(refused("adapter_model.safetensors"), HasSubstr("an adapter without the model"));
  EXPECT_THAT(refused("training_args.bin"), EndsWith("nor model.safetensors.index.json"));
}

TEST(StoredWeights, ALinkToNothingIsNotAFileThatIsMissing) {
  const TemporaryFolder folder;
  write_one(folder / "other.safetensors", "a", {1});
  std::filesystem::create_symlink("../blobs/gone", folder / "model.safetensors");
  EXPECT_THAT([&] { StoredWeights::open(folder.path()); },
              ThrowsMessage<IoError>(HasSubstr("model.safetensors is a link to ../blobs/gone, which is not there")));
}

TEST(StoredWeights, AnUnreadTypeIsRefusedOnlyWhereItIsAskedFor) {
  const TemporaryFolder folder;
  const std::vector<float> values = {1, 2};
  const TensorToWrite tensors[] = {
      {"a", DType::f32, {2}, std::as_bytes(std::span(values))},
      {.name = "b", .shape = {8}, .bytes = std::as_bytes(std::span(values)), .type = "F8_E4M3"}};
  write_safetensors(folder / "model.safetensors", tensors);
  const StoredWeights stored_weights = StoredWeights::open(folder.path());
  EXPECT_THAT(stored_weights.f32("a", {2}), ElementsAre(1, 2));
  EXPECT_EQ(stored_weights.unread().at("b").type, "F8_E4M3");
  EXPECT_THAT([&] { stored_weights.at("b"); }, ThrowsMessage<FormatError>(HasSubstr("b is stored as F8_E4M3")));
}

TEST(StoredWeights, RowsOfDoublesAreLookedUpAsFloats) {
  const TemporaryFolder folder;
  const std::vector<double> values = {0.1, -3, 1e300};
  const TensorToWrite tensor{"rows", DType::f64, {3, 1}, std::as_bytes(std::span(values))};
  write_safetensors(folder / "model.safetensors", std::span(&tensor, 1));
  const LookupTable table =
      lookup_table(std::make_shared<const StoredWeights>(StoredWeights::open(folder.path())), "rows");
  EXPECT_EQ(table.dtype, DType::f32);
  ASSERT_EQ(table.bytes.size(), 3 * sizeof(float));
  float second = 0;
  std::memcpy(&second, table.bytes.data() + sizeof(float), sizeof second);
  EXPECT_EQ(second, -3);
}

TEST(StoredWeights, ATensorMayBeReplaced) {
  const TemporaryFolder folder;
  write_one(folder / "model.safetensors", "a", {1, 2});
  StoredWeights stored_weights = StoredWeights::open(folder.path());
  stored_weights.replace("a", {5, 6});
  EXPECT_THAT(stored_weights.f32("a", {2}), ElementsAre(5, 6));
  EXPECT_THAT(stored_weights.replaced(), ElementsAre("a"));
  EXPECT_THROW(stored_weights.replace("a", {5}), ArgumentError);
  EXPECT_THROW(stored_weights.replace("b", {5}), ArgumentError);
}

}  // namespace
}  // namespace mana::formats
