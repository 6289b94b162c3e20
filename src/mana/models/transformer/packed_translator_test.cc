// The packed model of a translator: what it holds is what the ordinary files give, for every kernel; and what is
// noticed when it does not belong to them or is damaged.
#include "mana/models/transformer/packed_translator.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/models/test_part_bytes.h"
#include "mana/models/transformer/transformer_files.h"
#include "mana/models/transformer/translator_folder.h"
#include "tests/support/source_path.h"

namespace mana::models {
namespace {

namespace fs = std::filesystem;
using kernels::Isa;
using kernels::Precision;
using testing::HasSubstr;
using testing::ThrowsMessage;

const fs::path kFixtures = fixture_path();

/// Small weights of a kind, with tokenizers that know other words.
class TranslatorFolder {
 public:
  explicit TranslatorFolder(const std::string& kind) {
    for (const char* name : {"config.json", "model.safetensors"}) {
      fs::copy_file(kFixtures / "translators" / kind / name, folder_ / name);
    }
    fs::copy_file(kFixtures / "sentencepiece/unigram.model", folder_ / "source.spm");
    fs::copy_file(kFixtures / "sentencepiece/bpe_bytes.model", folder_ / "target.spm");
    fs::copy(kFixtures / "marian/joint", folder_.path());
  }
  const fs::path& path() const { return folder_.path(); }
  fs::path packed() const { return folder_ / kPackedModelFile; }
  PackedTranslator open() const { return *PackedTranslator::open(path()); }
  void write(Isa isa = Isa::portable, Precision precision = Precision::f32, std::optional<Precision> meant = {}) const {
    const PackTarget targets[] = {{isa, precision}};
    write_packed_translator(path(), targets, meant);
  }

 private:
  TemporaryFolder folder_;
};

std::map<std::string, std::string> parts_of(const Transformer& model) {
  PartBytes bytes;
  nn::walk(model, bytes);
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

const kernels::Table& portable() { return kernels::table(Isa::portable); }

void write_bytes(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class PackedTranslatorKinds : public testing::TestWithParam<const char*> {};

TEST_P(PackedTranslatorKinds, HoldTheVeryPartsOfTheOrdinaryFilesForEveryKernel) {
  const TranslatorFolder folder(GetParam());
  write_packed_translator(folder.path(), targets_here());
  const PackedTranslator packed = folder.open();
  EXPECT_NO_THROW(packed.file().check_sections());
  EXPECT_NO_THROW(packed.require_origin());
  EXPECT_EQ(packed.precision(), std::nullopt);
  for (const PackTarget& target : targets_here()) {
    const kernels::Table& kernels = kernels::table(target.isa, target.precision);
    SCOPED_TRACE(fmt::format("{} {}", kernels::name_of(target.isa), kernels::name_of(target.precision)));
    ASSERT_EQ(packed.obstacle(kernels), "");
    EXPECT_EQ(parts_of(packed.load(kernels)), parts_of(load_transformer(folder.path(), kernels.layout)));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, PackedTranslatorKinds,
                         testing::Values("one-table-tied-relu", "one-table-tied-unscaled", "two-tables-silu",
                                         "two-tables-tied-relu", "post-norm-trained-positions",
                                         "pre-norm-interleaved"));

TEST(PackedTranslator, HasATableOfBothSidesOnce) {
  const TranslatorFolder folder("one-table-tied-relu");
  folder.write();
  const PackedTranslator packed = folder.open();
  EXPECT_NE(packed.file().find("source.word:f16"), nullptr);
  EXPECT_EQ(packed.file().find("target.word:f16"), nullptr);
  const Transformer model = packed.load(portable());
  EXPECT_EQ(model.source.word.bytes().data(), model.target.word.bytes().data());
}

TEST(PackedTranslator, HoldsTheTokenizersOfBothSides) {
  const TranslatorFolder folder("one-table-tied-relu");
  folder.write();
  const text::MarianTokenizers packed = folder.open().tokenizers(),
                               ordinary = text::read_marian_tokenizers(folder.path());
  const std::string text = ">>deu<< Hello world, a caf\u00e9 \u4e2d";
  EXPECT_EQ(packed.source.encode(text).ids, ordinary.source.encode(text).ids);
  EXPECT_EQ(packed.target.encode(text).ids, ordinary.target.encode(text).ids);
  EXPECT_NE(packed.source.encode(text).ids, packed.target.encode(text).ids);
  const std::vector<text::TokenId> ids = ordinary.target.encode("Hello world").ids;
  EXPECT_EQ(packed.target.decode(ids), ordinary.target.decode(ids));
  EXPECT_EQ(packed.source.model_max_length(), ordinary.source.model_max_length());
}

TEST(PackedTranslator, SaysWhatItIsMeantForAndWhichKernelsItServes) {
  const TranslatorFolder folder("two-tables-silu");
  EXPECT_FALSE(PackedTranslator::open(folder.path()));
  folder.write(Isa::portable, Precision::int8, Precision::int8);
  const PackedTranslator packed = folder.open();
  EXPECT_EQ(packed.precision(), Precision::int8);
  EXPECT_EQ(packed.obstacle(kernels::table(Isa::portable, Precision::int8)), "");
  EXPECT_THAT(packed.obstacle(portable()),
              HasSubstr("model.mana is not used: f32 at reference takes weights as f32-1x1, and it has i8-1x1"));
}

TEST(PackedTranslator, OfOtherWeightsOrTokenizersIsNotUsed) {
  const auto obstacle_after = [](const auto& change) {
    const TranslatorFolder folder("two-tables-silu");
    folder.write();
    change(folder.path());
    return folder.open().obstacle(portable());
  };
  const auto replace = [](const fs::path& file, const fs::path& other) {
    fs::copy_file(other, file, fs::copy_options::overwrite_existing);
  };
  EXPECT_EQ(obstacle_after([](const fs::path&) {}), "");
  EXPECT_THAT(obstacle_after([&](const fs::path& folder) {
                replace(folder / "model.safetensors", kFixtures / "translators/two-tables-relu/model.safetensors");
              }),
              HasSubstr("model.mana is not used: the model's weights or tokenizer are not those"));
  EXPECT_THAT(obstacle_after([&](const fs::path& folder) {
                replace(folder / "target.spm", kFixtures / "sentencepiece/unigram.model");
              }),
              HasSubstr("are not those"));
  EXPECT_THAT(obstacle_after([&](const fs::path& folder) {
                write_bytes(folder / "vocab.json", read_file(folder / "vocab.json") + "\n");
              }),
              HasSubstr("are not those"));
}

TEST(PackedTranslator, VerifyingFindsASingleOtherByteOfTheOrdinaryWeights) {
  const TranslatorFolder folder("two-tables-silu");
  folder.write();
  const fs::path file = folder.path() / "model.safetensors";
  std::string bytes = read_file(file);
  {  // behind the first and before the middle 64 bytes of a large tensor: the quick look does not see it
    const formats::StoredWeights weights = formats::StoredWeights::open(folder.path());
    const formats::StoredTensor& words = weights.at("model.encoder.embed_tokens.weight");
    ASSERT_GT(words.bytes.size(), 512U);
    bytes[static_cast<std::size_t>(words.bytes.data() - weights.files().front().bytes().data()) + 100] ^= 1;
  }
  write_bytes(file, bytes);
  const PackedTranslator packed = folder.open();
  EXPECT_EQ(packed.obstacle(portable()), "");
  EXPECT_THAT([&] { packed.require_origin(); }, ThrowsMessage<FormatError>(HasSubstr("are not those")));
}

/// What reading a packed file says, in one sentence; "" when it says nothing.
std::string refusal(const TranslatorFolder& folder) {
  try {
    const auto packed = PackedTranslator::open(folder.path());
    if (const std::string obstacle = packed->obstacle(portable()); !obstacle.empty()) return obstacle;
    packed->load(portable());
    packed->tokenizers();
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

TEST(PackedTranslator, NamesTheSectionThatIsDamaged) {
  const TranslatorFolder folder("one-table-tied-relu");
  folder.write();
  ASSERT_EQ(refusal(folder), "");
  const std::string whole = read_file(folder.packed());
  std::map<std::string, std::size_t> places;
  {
    const formats::PackedFile file = formats::PackedFile::open(folder.packed());
    const std::byte* end = nullptr;  // of the file: nothing follows its last section
    for (const auto& [name, section] : file.sections())
      end = std::max(end, section.bytes.data() + section.bytes.size());
    for (const auto& [name, section] : file.sections()) {
      places[name] = whole.size() - static_cast<std::size_t>(end - section.bytes.data());
    }
  }
  for (const auto& [name, place] : places) {
    std::string damaged = whole;
    damaged[place + 3] = static_cast<char>(~damaged[place + 3]);
    write_bytes(folder.packed(), damaged);
    if (name.starts_with("source.word:")) {  // of which a text's rows alone are read
      EXPECT_EQ(refusal(folder), "");
      EXPECT_THAT([&] { folder.open().file().check_sections(); }, ThrowsMessage<FormatError>(HasSubstr(name)));
    } else {
      EXPECT_THAT(refusal(folder), HasSubstr(fmt::format("model.mana: section {} is damaged", name)));
    }
  }
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{63}, std::size_t{64}, whole.size() / 2, whole.size() - 1}) {
    write_bytes(folder.packed(), std::string_view(whole).substr(0, size));
    EXPECT_THAT(refusal(folder), HasSubstr("model.mana")) << size;
  }
}

TEST(PackedTranslator, RefusesSectionsThatAreMissingOrOfOtherSizesThanTheConfigurationMakesThem) {
  const TranslatorFolder folder("one-table-tied-relu");
  const formats::PackedOrigin origin = {translator_sample(folder.path()), translator_content(folder.path())};
  folder.write();
  const std::string whole = read_file(folder.packed());
  const formats::PackedContent content = formats::parse_packed_file(std::as_bytes(std::span(whole)), "whole");
  const auto refused = [&](std::string_view name, std::optional<std::size_t> size) {
    std::vector<formats::SectionToWrite> sections;
    for (const auto& [each, section] : content.sections) {
      if (each != name) {
        sections.push_back({each, section.bytes});
      } else if (size) {
        sections.push_back({each, section.bytes.first(*size)});
      }
    }
    formats::write_packed_file(folder.packed(), sections, origin);
    return refusal(folder);
  };
  for (const auto& [name, section] : content.sections) {
    if (name == "layouts:text") continue;
    EXPECT_THAT(refused(name, {}), HasSubstr("model.mana: there ")) << name;
    if (name.starts_with("tokenizer.")) {
      EXPECT_THAT(refused(name, section.bytes.size() - 8), HasSubstr(name));
    } else {
      EXPECT_THAT(refused(name, section.bytes.size() - 4),
                  HasSubstr(fmt::format("section {} has {} bytes, but the configuration makes it {}", name,
                                        section.bytes.size() - 4, section.bytes.size())));
    }
  }
}

TEST(PackedTranslator, WhateverItsSectionsHoldTheyAreReadOrRefused) {
  const TranslatorFolder folder("one-table-tied-relu");
  const formats::PackedOrigin origin = {translator_sample(folder.path()), translator_content(folder.path())};
  folder.write();
  const std::string whole = read_file(folder.packed());
  const formats::PackedContent content = formats::parse_packed_file(std::as_bytes(std::span(whole)), "whole");
  std::minstd_rand random(7);
  std::size_t refused = 0;
  for (int turn = 0; turn < 200; ++turn) {
    std::map<std::string, std::vector<std::byte>> changed;
    for (const auto& [name, section] : content.sections)
      changed[name].assign(section.bytes.begin(), section.bytes.end());
    auto victim = std::next(changed.begin(), static_cast<std::ptrdiff_t>(random() % changed.size()));
    if (turn % 2 == 0) victim = changed.find(turn % 4 == 0 ? "tokenizer.source:compiled" : "tokenizer.target:compiled");
    std::vector<std::byte>& bytes = victim->second;
    for (int i = 0; i < 3; ++i) bytes[random() % std::min<std::size_t>(bytes.size(), 4096)] = std::byte(random() % 256);
    if (turn % 5 == 0) bytes.resize(random() % bytes.size());
    std::vector<formats::SectionToWrite> sections;
    sections.reserve(changed.size());
    for (const auto& [name, each] : changed) sections.push_back({name, each});
    formats::write_packed_file(folder.packed(), sections, origin);  // with the right sums
    refused += refusal(folder).empty() ? 0 : 1;
  }
  EXPECT_GT(refused, 60U);
}

TEST(PackedTranslator, IsNotWrittenForNothingNorForAnotherPrecisionThanItHas) {
  const TranslatorFolder folder("two-tables-silu");
  EXPECT_THROW(write_packed_translator(folder.path(), {}), ArgumentError);
  EXPECT_THROW(folder.write(Isa::portable, Precision::f32, Precision::int8), ArgumentError);
  EXPECT_FALSE(file_exists(folder.packed()));
}

TEST(TranslatorFolder, IsCopiedWithoutItsPackedModel) {
  const TranslatorFolder folder("two-tables-silu");
  folder.write();
  write_bytes(folder.path() / "notes.txt", "of somebody");
  const TemporaryFolder copy;
  copy_translator(folder.path(), copy.path());
  EXPECT_EQ(translator_content(copy.path()), translator_content(folder.path()));
  for (const char* name : {"config.json", "model.safetensors", "source.spm", "target.spm", "vocab.json"}) {
    EXPECT_EQ(read_file(copy / name), read_file(folder.path() / name)) << name;
  }
  EXPECT_FALSE(file_exists(copy / kPackedModelFile));
  EXPECT_FALSE(file_exists(copy / "notes.txt"));
}

TEST(TranslatorFolder, KnowsItsFiles) {
  for (const char* name :
       {"config.json", "model.mana", "source.spm", "source/tokenizer.json", "model-00001-of-2.safetensors"}) {
    EXPECT_TRUE(is_of_translator(name, false)) << name;
  }
  for (const char* name :
       {"notes.txt", "source", "source/config.json", "other/tokenizer.json", "source/target/vocab.json"}) {
    EXPECT_FALSE(is_of_translator(name, false)) << name;
  }
  EXPECT_TRUE(is_of_translator("source", true));
  EXPECT_FALSE(is_of_translator("config.json", true));
  EXPECT_FALSE(is_of_translator("source/target", true));
}

}  // namespace
}  // namespace mana::models
