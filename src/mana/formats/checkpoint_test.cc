#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
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
    Checkpoint::open(folder.path());
  } catch (const FormatError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Checkpoint, ReadsASingleFile) {
  const TemporaryFolder folder;
  write_one(folder / "model.safetensors", "a", {1, 2});
  const Checkpoint checkpoint = Checkpoint::open(folder.path());
  EXPECT_EQ(checkpoint.folder(), folder.path());
  EXPECT_EQ(checkpoint.files().size(), 1U);
  EXPECT_EQ(checkpoint.find("b"), nullptr);
  EXPECT_EQ(checkpoint.at("a").shape, Shape{2});
  EXPECT_THAT(checkpoint.f32("a", {2}), ElementsAre(1, 2));
  EXPECT_THAT([&] { checkpoint.at("b"); }, ThrowsMessage<FormatError>(EndsWith("there is no tensor b")));
}

TEST(Checkpoint, NamesBothShapes) {
  const TemporaryFolder folder;
  write_one(folder / "model.safetensors", "a", {1, 2});
  const Checkpoint checkpoint = Checkpoint::open(folder.path());
  EXPECT_THAT(
      [&] {
        checkpoint.f32("a", {1, 2});
      },
      ThrowsMessage<FormatError>(EndsWith("a has the shape [2], but [1, 2] is needed")));
}

TEST(Checkpoint, NamesATensorThatIsNotOfRealNumbers) {
  const TemporaryFolder folder;
  const std::int64_t ids[] = {1};
  const TensorToWrite tensor{"ids", DType::i64, {1}, std::as_bytes(std::span(ids))};
  write_safetensors(folder / "model.safetensors", std::span(&tensor, 1));
  const Checkpoint checkpoint = Checkpoint::open(folder.path());
  EXPECT_THAT([&] { checkpoint.f32("ids", {1}); },
              ThrowsMessage<FormatError>(EndsWith("ids: i64 elements cannot be read as f32")));
}

TEST(Checkpoint, ReadsLargeTensorsPieceByPiece) {
  const TemporaryFolder folder;
  std::vector<float> values(300'001);
  std::iota(values.begin(), values.end(), 0.0F);
  write_one(folder / "model.safetensors", "a", values);
  const Checkpoint checkpoint = Checkpoint::open(folder.path());
  EXPECT_EQ(checkpoint.f32("a", {values.size()}), values);
  EXPECT_EQ(checkpoint.f32("a", {values.size()}, false), values);
}

TEST(Checkpoint, JoinsShards) {
  const TemporaryFolder folder;
  write_shards(folder);
  write_index(folder, R"({"a":"model-1.safetensors","b":"model-2.safetensors"})");
  const Checkpoint checkpoint = Checkpoint::open(folder.path());
  EXPECT_EQ(checkpoint.files().size(), 2U);
  EXPECT_EQ(checkpoint.tensors().size(), 2U);
  EXPECT_THAT(checkpoint.f32("a", {2}), ElementsAre(1, 2));
  EXPECT_THAT(checkpoint.f32("b", {1}), ElementsAre(3));
}

TEST(Checkpoint, ASingleFileGoesBeforeAnIndex) {
  const TemporaryFolder folder;
  write_one(folder / "model.safetensors", "whole", {1});
  write_index(folder, R"({"a":"missing.safetensors"})");
  EXPECT_NE(Checkpoint::open(folder.path()).find("whole"), nullptr);
}

TEST(Checkpoint, ShardsStayInsideTheFolder) {
  const TemporaryFolder outside, folder;
  write_one(outside / "x.safetensors", "a", {1});
  for (const std::string& shard :
       {(outside / "x.safetensors").string(), "../" + outside.path().filename().string() + "/x.safetensors",
        std::string("sub/../../x.safetensors"), std::string(R"(..\\x.safetensors)")}) {
    write_index(folder, "{\"a\":\"" + shard + "\"}");
    EXPECT_THAT(refusal(folder), HasSubstr("which is not inside the folder")) << shard;
  }
}

TEST(Checkpoint, RefusesAWrongIndex) {
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
  EXPECT_THROW(Checkpoint::open(folder.path()), IoError);
  write_index(folder, R"({"a":""})");
  EXPECT_THROW(Checkpoint::open(folder.path()), IoError);
}

TEST(Checkpoint, RefusesATensorInTwoShards) {
  const TemporaryFolder folder;
  write_one(folder / "model-1.safetensors", "a", {1});
  write_one(folder / "model-2.safetensors", "a", {2});
  write_index(folder, R"({"a":"model-1.safetensors","b":"model-2.safetensors"})");
  EXPECT_THAT(refusal(folder), HasSubstr("a stands in an earlier shard too"));
}

TEST(Checkpoint, SaysWhatIsMissing) {
  const TemporaryFolder folder;
  const auto open = [&] { Checkpoint::open(folder.path()); };
  EXPECT_THAT(open,
              ThrowsMessage<IoError>(HasSubstr("has neither model.safetensors nor model.safetensors.index.json")));
  std::ofstream(folder / "pytorch_model.bin") << "x";
  EXPECT_THAT(open, ThrowsMessage<IoError>(HasSubstr("only as pytorch_model.bin, which is not read here")));
  EXPECT_THAT([&] { Checkpoint::open(folder / "none"); }, ThrowsMessage<IoError>(HasSubstr("there is no folder")));
}

}  // namespace
}  // namespace mana::formats
