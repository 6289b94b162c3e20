// The packed model of small models: what it holds is what the ordinary files give, for every kernel; and what is
// noticed when it does not belong to them.
#include "mana/models/sentence/packed_model.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/formats/packed_format.h"
#include "mana/models/sentence/origin.h"
#include "mana/models/test_part_bytes.h"
#include "tests/support/source_path.h"

namespace mana::models {
namespace {

using kernels::Isa;
using kernels::Precision;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

/// A copy of a fixture that a test may write to.
class ModelFolder {
 public:
  explicit ModelFolder(const std::string& name) {
    std::filesystem::copy(fixture_path("sentence_models/" + name), folder_.path(),
                          std::filesystem::copy_options::recursive);
  }
  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path packed() const { return folder_ / kPackedModelFile; }
  formats::SentenceFolder read() const { return formats::read_sentence_folder(path()); }

  void write(Isa isa, Precision precision, std::optional<Precision> meant = {}) const {
    const PackTarget targets[] = {{isa, precision}};
    write_packed_model(path(), targets, meant);
  }

 private:
  TemporaryFolder folder_;
};

/// Changes bytes of a file in place.
void overwrite(const std::filesystem::path& path, std::streamoff offset, std::string_view bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(offset);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  ASSERT_TRUE(file.good());
}

std::map<std::string, std::string> parts_of(const SentenceModel& model) {
  PartBytes bytes;
  walk_weights(model, bytes);
  return bytes.parts;
}

std::vector<PackTarget> targets_here() {
  std::vector<PackTarget> targets;
  for (const Isa isa : kernels::available_isas()) {
    for (const Precision precision : {Precision::f32, Precision::bf16, Precision::int8}) {
      if (kernels::available(precision, isa)) targets.push_back({isa, precision});
    }
  }
  return targets;
}

TEST(PackedModel, HoldsTheVeryPartsOfTheOrdinaryFilesForEveryKernel) {
  for (const char* name : {"mean", "f16", "bf16", "sharded", "dense_residual", "older_dense", "layer_norm"}) {
    const ModelFolder folder(name);
    write_packed_model(folder.path(), targets_here());
    const formats::SentenceFolder read = folder.read();
    const auto packed = PackedModel::open(read);
    ASSERT_TRUE(packed);
    EXPECT_NO_THROW(packed->file().check_sections());
    EXPECT_NO_THROW(packed->require_origin(read));
    for (const PackTarget& target : targets_here()) {
      const kernels::Table& kernels = kernels::table(target.isa, target.precision);
      SCOPED_TRACE(fmt::format("{} {} {}", name, kernels::name_of(target.isa), kernels::name_of(target.precision)));
      ASSERT_EQ(packed->obstacle(kernels), "");
      const SentenceModel model = packed->load(read, read.modules, kernels);
      const SentenceModel ordinary = load_sentence_model(read, read.modules, kernels);
      EXPECT_EQ(parts_of(model), parts_of(ordinary));
      EXPECT_EQ(model.dimensions, ordinary.dimensions);
      EXPECT_GT(parts_of(model).size(), 16U);
    }
  }
}

TEST(PackedModel, HoldsTheTokenizerOfTheOrdinaryFiles) {
  for (const char* name : {"mean", "vocabulary_file"}) {
    const ModelFolder folder(name);
    folder.write(Isa::portable, Precision::f32);
    const text::Tokenizer packed = PackedModel::open(folder.read())->tokenizer();
    const text::Tokenizer ordinary = text::Tokenizer::load(folder.path());
    const std::string text = "The cat, [MASK] \u00e9tude \u4e2d unbelievably";
    EXPECT_EQ(packed.encode(text).ids, ordinary.encode(text).ids);
    EXPECT_EQ(packed.encode(text).offsets, ordinary.encode(text).offsets);
    EXPECT_EQ(packed.model_max_length(), ordinary.model_max_length());
  }
}

TEST(PackedModel, IsNotThereUnlessItWasWritten) { EXPECT_FALSE(PackedModel::open(ModelFolder("mean").read())); }

TEST(PackedModel, SaysWhatItIsMeantFor) {
  const ModelFolder folder("mean");
  folder.write(Isa::portable, Precision::int8, Precision::int8);
  EXPECT_EQ(PackedModel::open(folder.read())->precision(), Precision::int8);
  EXPECT_THAT(PackedModel::open(folder.read())->layouts(), ElementsAre("i8-1x1"));
  folder.write(Isa::portable, Precision::int8);
  EXPECT_EQ(PackedModel::open(folder.read())->precision(), std::nullopt);
}

TEST(PackedModel, NamesTheKernelsThatItHasNoWeightsFor) {
  const ModelFolder folder("mean");
  folder.write(Isa::portable, Precision::bf16);
  const auto packed = PackedModel::open(folder.read());
  EXPECT_EQ(packed->obstacle(kernels::table(Isa::portable, Precision::bf16)), "");
  EXPECT_THAT(packed->obstacle(kernels::table(Isa::portable, Precision::f32)),
              HasSubstr("model.mana is not used: f32 at reference takes weights as f32-1x1, and it has bf16-1x1"));
}

TEST(PackedModel, OfAnotherVersionIsNotUsed) {
  const ModelFolder folder("mean");
  folder.write(Isa::portable, Precision::f32, Precision::f32);
  overwrite(folder.packed(), offsetof(formats::packed::Header, version), "\x63");
  const auto packed = PackedModel::open(folder.read());
  EXPECT_THAT(packed->obstacle(kernels::table(Isa::portable)), HasSubstr("it is of version 99"));
  EXPECT_EQ(packed->precision(), std::nullopt);
}

/// Where the data of a safetensors file begin.
std::streamoff data_begin(const std::filesystem::path& path) {
  std::uint64_t header = 0;
  std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(&header), sizeof header);
  return static_cast<std::streamoff>(8 + header);
}

TEST(PackedModel, OfOtherWeightsOrAnotherTokenizerIsNotUsed) {
  const auto obstacle_after = [](const auto& change) {
    const ModelFolder folder("dense_residual");
    folder.write(Isa::portable, Precision::f32);
    change(folder.path());
    return PackedModel::open(folder.read())->obstacle(kernels::table(Isa::portable));
  };
  const auto other_weights = [](const std::filesystem::path& path) { overwrite(path, data_begin(path), "abcd"); };
  EXPECT_EQ(obstacle_after([](const std::filesystem::path&) {}), "");
  EXPECT_THAT(obstacle_after([&](const auto& folder) { other_weights(folder / "model.safetensors"); }),
              HasSubstr("model.mana is not used: the model's weights or tokenizer are not those"));
  EXPECT_THAT(obstacle_after([&](const auto& folder) { other_weights(folder / "2_Dense" / "model.safetensors"); }),
              HasSubstr("are not those"));
  EXPECT_THAT(obstacle_after([&](const auto& folder) { overwrite(folder / "tokenizer.json", 10, "  "); }),
              HasSubstr("are not those"));
}

TEST(PackedModel, VerifyingFindsASingleOtherByteOfTheOrdinaryWeights) {
  const ModelFolder folder("mean");
  folder.write(Isa::portable, Precision::f32);
  const auto path = folder.path() / "model.safetensors";
  const formats::SentenceFolder read = folder.read();
  // Behind the first and before the middle 64 bytes of the largest tensor: the quick look does not see it.
  const formats::StoredWeights stored_weights = formats::StoredWeights::open(folder.path());
  const formats::StoredTensor& words = stored_weights.at("embeddings.word_embeddings.weight");
  ASSERT_GT(words.bytes.size(), 512U);
  const auto offset = words.bytes.data() - stored_weights.files().front().bytes().data();
  overwrite(path, offset + 100, "\x01");
  const auto packed = PackedModel::open(read);
  EXPECT_EQ(packed->obstacle(kernels::table(Isa::portable)), "");
  EXPECT_THAT([&] { packed->require_origin(read); }, ThrowsMessage<FormatError>(HasSubstr("are not those")));
}

TEST(PackedModel, NoticesDamagedWeightsWhenItIsLoadedAndDamagedTablesWhenItIsVerified) {
  const ModelFolder folder("mean");
  folder.write(Isa::portable, Precision::f32);
  const formats::SentenceFolder read = folder.read();
  const auto offset_of = [&](const char* section) {
    const formats::PackedFile file = formats::PackedFile::open(folder.packed());
    const std::byte* end = nullptr;  // of the file: nothing follows its last section
    for (const auto& [name, each] : file.sections()) end = std::max(end, each.bytes.data() + each.bytes.size());
    const auto from_end = end - file.find(section)->bytes.data();
    return static_cast<std::streamoff>(std::filesystem::file_size(folder.packed())) - from_end;
  };
  overwrite(folder.packed(), offset_of("embeddings.word:f32") + 40, "damage");
  const auto packed = PackedModel::open(read);
  EXPECT_NO_THROW(packed->load(read, read.modules, kernels::table(Isa::portable)));
  EXPECT_THAT([&] { packed->file().check_sections(); },
              ThrowsMessage<FormatError>(HasSubstr("section embeddings.word:f32 is damaged")));
  overwrite(folder.packed(), offset_of("layers.0.attend.output:f32-1x1") + 40, "damage");
  EXPECT_THAT([&] { PackedModel::open(read)->load(read, read.modules, kernels::table(Isa::portable)); },
              ThrowsMessage<FormatError>(HasSubstr("section layers.0.attend.output:f32-1x1 is damaged")));
}

TEST(PackedModel, RefusesSectionsOfOtherSizesThanTheConfigurationMakesThem) {
  const ModelFolder folder("mean");
  const formats::SentenceFolder read = folder.read();
  const formats::PackedOrigin origin = {origin_sample(read), origin_content(read)};
  const auto refusal = [&](std::span<const formats::SectionToWrite> sections) -> std::string {
    formats::write_packed_file(folder.packed(), sections, origin);
    try {
      PackedModel::open(read)->load(read, read.modules, kernels::table(Isa::portable));
    } catch (const FormatError& error) {
      return error.what();
    }
    return "accepted";
  };
  const std::vector<std::byte> some(4096);
  EXPECT_THAT(refusal({}), HasSubstr("model.mana: there are no embeddings.word"));
  const formats::SectionToWrite wrong[] = {{"embeddings.word:f32", some}};
  EXPECT_THAT(refusal(wrong), HasSubstr("section embeddings.word:f32 has 4096 bytes, but the configuration makes it"));
}

TEST(PackedModel, IsNotWrittenForNothingNorForAnotherPrecisionThanItHas) {
  const ModelFolder folder("mean");
  EXPECT_THROW(write_packed_model(folder.path(), {}), ArgumentError);
  EXPECT_THROW(folder.write(Isa::portable, Precision::f32, Precision::int8), ArgumentError);
  EXPECT_FALSE(file_exists(folder.packed()));
}

}  // namespace
}  // namespace mana::models
