// What torch.save() wrote, by tools/golden/pytorch_files.py.
#include "mana/formats/pytorch_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "tests/support/source_path.h"

namespace mana::formats {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const fs::path kFixtures = fixture_path("pytorch");

std::string refusal(std::string_view bytes) {
  try {
    parse_pytorch(std::as_bytes(std::span(bytes)), "x.bin");
  } catch (const FormatError& error) {
    return error.what();
  }
  return "accepted";
}

// A file of the older form that has this pickle in the place of the state dict's.
std::string old_form(std::string_view pickle) {
  std::string file("\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19.\x80\x02M\xE9\x03.\x80\x02}.", 25);
  file.append(pickle);
  return file + std::string("\x80\x02].", 4);
}

class PytorchFiles : public ::testing::TestWithParam<const char*> {};

TEST_P(PytorchFiles, HaveTheTensorsThatPytorchSaved) {
  const WeightFile read = WeightFile::open(kFixtures / GetParam());
  const WeightFile expected = WeightFile::open(kFixtures / "expected.safetensors");
  ASSERT_EQ(read.tensors().size(), expected.tensors().size());
  for (const auto& [name, tensor] : expected.tensors()) {
    ASSERT_TRUE(read.tensors().contains(name)) << name;
    const StoredTensor& found = read.tensors().find(name)->second;
    EXPECT_EQ(found.dtype, tensor.dtype) << name;
    EXPECT_EQ(found.shape, tensor.shape) << name;
    EXPECT_TRUE(std::ranges::equal(found.bytes, tensor.bytes)) << name;
    read.forget(found.bytes);
    EXPECT_TRUE(std::ranges::equal(found.bytes, tensor.bytes)) << name << ", forgotten";
  }
  const auto bytes = [&](const char* name) { return read.tensors().find(name)->second.bytes.data(); };
  EXPECT_EQ(bytes("f32"), bytes("tied"));
}

INSTANTIATE_TEST_SUITE_P(, PytorchFiles, ::testing::Values("zip.bin", "old.bin"));

TEST(PytorchWeights, ReadsParametersAndStateDicts) {
  EXPECT_EQ(WeightFile::open(kFixtures / "parameter.bin").tensors().at("weight").shape, (Shape{3, 4}));
  const WeightFile state = WeightFile::open(kFixtures / "state_dict.bin");
  EXPECT_EQ(state.tensors().size(), 2U);
  EXPECT_EQ(state.tensors().at("weight").shape, (Shape{3, 2}));
  EXPECT_EQ(state.tensors().at("bias").shape, (Shape{3}));
}

TEST(PytorchWeights, StandInForSafetensors) {
  const TemporaryFolder folder;
  EXPECT_FALSE(has_stored_weights(folder.path()));
  fs::copy(kFixtures / "zip.bin", folder / "pytorch_model.bin");
  EXPECT_TRUE(has_stored_weights(folder.path()));
  EXPECT_TRUE(is_weight_file(folder / "pytorch_model.bin"));
  EXPECT_FALSE(is_weight_file(folder / "training_args.bin"));
  EXPECT_EQ(StoredWeights::open(folder.path()).f32("columns", {4, 3})[1], 0.0F);
  EXPECT_EQ(StoredWeights::open(folder.path()).f32("every_other", {10})[9], 19.0F);
  fs::copy(kFixtures / "expected.safetensors", folder / "model.safetensors");
  std::ofstream(folder / "pytorch_model.bin") << "x";
  EXPECT_NE(StoredWeights::open(folder.path()).find("f32"), nullptr);
  EXPECT_FALSE(is_weight_file(folder / "pytorch_model.bin"));
}

TEST(PytorchWeights, MayLieInShards) {
  const TemporaryFolder folder;
  fs::copy(kFixtures / "state_dict.bin", folder / "pytorch_model-00001-of-00002.bin");
  fs::copy(kFixtures / "zip.bin", folder / "pytorch_model-00002-of-00002.bin");
  std::ofstream(folder / "pytorch_model.bin.index.json") << R"({"weight_map": {
      "bias": "pytorch_model-00001-of-00002.bin", "f32": "pytorch_model-00002-of-00002.bin"}})";
  const StoredWeights weights = StoredWeights::open(folder.path());
  EXPECT_EQ(weights.at("bias").shape, (Shape{3}));
  EXPECT_EQ(weights.at("f32").shape, (Shape{3, 4}));
}

TEST(PytorchWeights, WhatIsNoStateDictIsNamed) {
  EXPECT_THAT([] { WeightFile::open(kFixtures / "checkpoint.bin"); },
              ThrowsMessage<FormatError>(AllOf(HasSubstr("checkpoint.bin has \"epoch\", which is no tensor"))));
  EXPECT_THAT([] { WeightFile::open(kFixtures / "module.bin"); },
              ThrowsMessage<FormatError>(
                  AllOf(HasSubstr("a call of torch.nn.modules.linear.Linear"), HasSubstr("nothing of it was run"))));
  EXPECT_THAT(refusal("x"), HasSubstr("is nothing that torch.save() wrote"));
  EXPECT_THAT(refusal("PK\3\4"), HasSubstr("a broken zip archive"));
}

TEST(PytorchWeights, APickleThatCallsAnythingIsRefusedByName) {
  EXPECT_THAT(refusal(old_form("\x80\x02"
                               "cos\nsystem\nX\x02\0\0\0ls\x85R.")),
              HasSubstr("a call of os.system"));
  using namespace std::string_literals;
  EXPECT_THAT(refusal(old_form("\x80\x02}X\x01\0\0\0ai\x85R."s)), HasSubstr("the instruction 0x69"));
  EXPECT_THAT(refusal(old_form("\x80\x02}."s)), "accepted");
  EXPECT_THAT(refusal(old_form("\x80\x02K\x01."s)), HasSubstr("holds no dictionary of tensors"));
  EXPECT_THAT(refusal(old_form("\x80\x02."s)), HasSubstr("does not fit what came before it"));
  EXPECT_THAT(refusal(old_form("\x80\x02h\x05."s)), HasSubstr("does not fit what came before it"));
  EXPECT_THAT(refusal(old_form("\x80\x05}."s)), HasSubstr("protocol 5"));
  EXPECT_THAT(refusal(old_form("\x80\x02]q\0h\0a."s)), HasSubstr("holds no dictionary"));  // a list in itself
}

// A tensor "a" of these shape, strides and offset, in a storage that has `count` floats and `there` of them.
std::string one_tensor(std::string_view offset, std::string_view shape, std::string_view strides, char count,
                       char there) {
  using namespace std::string_literals;
  std::string file("\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19.\x80\x02M\xE9\x03.\x80\x02}."s);
  file += "\x80\x02}X\x01\0\0\0a"s + "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storage"s +
          "ctorch\nFloatStorage\nX\x01\0\0\0kX\x03\0\0\0cpuK"s + count + "tQ";
  file.append(offset).append(shape).append(strides);
  file += "\x89}tRs.\x80\x02]X\x01\0\0\0ka."s;
  file += there + "\0\0\0\0\0\0\0"s + std::string(static_cast<std::size_t>(there) * 4, 'x');
  return file;
}

TEST(PytorchWeights, TensorsLieInTheirStorages) {
  using namespace std::string_literals;
  const std::string zero = "K\0"s, six = "K\6\x85"s, one = "K\1\x85"s;
  EXPECT_EQ(refusal(one_tensor(zero, six, one, 6, 6)), "accepted");
  EXPECT_EQ(refusal(one_tensor("K\6"s, "K\0\x85"s, one, 6, 6)), "accepted");
  EXPECT_THAT(refusal(one_tensor("K\1"s, six, one, 6, 6)), HasSubstr("tensor a of the shape [6], which does not lie"));
  EXPECT_THAT(refusal(one_tensor(zero, six, "K\2\x85"s, 6, 6)), HasSubstr("does not lie in its storage"));
  EXPECT_THAT(refusal(one_tensor(zero, "K\7\x85"s, "K\0\x85"s, 6, 6)), HasSubstr("does not lie in its storage"));
  EXPECT_THAT(refusal(one_tensor(zero, six, "J\xff\xff\xff\xff\x85"s, 6, 6)), HasSubstr("does not fit"));
  EXPECT_THAT(refusal(one_tensor(zero, six, "\x8A\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85"s, 6, 6)),
              HasSubstr("does not lie in its storage"));
  const std::string large = "\x8A\x08\0\0\0\0\0\0\0\x40"s;
  EXPECT_THAT(refusal(one_tensor(zero, large + large + large + "\x87", "K\0K\0K\0\x87"s, 6, 6)),
              HasSubstr("more elements than 64 bits can count"));
  EXPECT_THAT(refusal(one_tensor(zero, six, "K\1K\1\x86"s, 6, 6)), HasSubstr("does not fit"));
  EXPECT_THAT(refusal(one_tensor(zero, six, one, 6, 5)), HasSubstr("storage k of 5 elements, of which its pickle"));
  std::string cut = one_tensor(zero, six, one, 6, 6);
  cut.pop_back();
  EXPECT_THAT(refusal(cut), HasSubstr("is cut short"));
}

TEST(PytorchWeights, AFileCutAnywhereIsRefused) {
  for (const char* name : {"zip.bin", "old.bin"}) {
    const std::string whole = read_file(kFixtures / name);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_NE(refusal(std::string_view(whole).substr(0, size)), "accepted") << name << " of " << size;
    }
  }
}

}  // namespace
}  // namespace mana::formats
