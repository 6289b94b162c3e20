#include "mana/models/sentence/adapter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/models/sentence/model_folder.h"
#include "mana/models/sentence/sentence_model.h"
#include "mana/text/tokenizer.h"
#include "tests/support/source_path.h"

namespace mana::models {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const fs::path kBase = fixture_path("sentence_models/mean");
const fs::path kAdapters = fixture_path("adapters");

void add_files(const fs::path& from, const fs::path& to) {
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
}

/// The base model with one of the adapters beside it.
class AdapterTest : public ::testing::TestWithParam<const char*> {
 protected:
  void put(const std::string& adapter) {
    add_files(kBase, folder_.path() / "model");
    add_files(kAdapters / adapter, model());
  }
  fs::path model() const { return folder_.path() / "model"; }
  void edit(const std::function<void(Json&)>& change) { edit_json(model() / "adapter_config.json", change); }

  /// The largest difference of any number from what the reference has.
  static float difference(const fs::path& folder, const fs::path& golden) {
    const formats::SentenceFolder described = formats::read_sentence_folder(folder);
    const kernels::Table& kernels = kernels::table(kernels::choose_isa(), kernels::Precision::f32);
    const SentenceModel loaded = load_sentence_model(described, described.modules, kernels);
    const text::Tokenizer tokenizer = text::Tokenizer::load(kBase);
    std::ifstream lines(golden);
    float largest = 0;
    int texts = 0;
    for (std::string line; std::getline(lines, line); ++texts) {
      const auto object = nlohmann::json::parse(line);
      const std::vector<std::int32_t> ids = [&] {
        const auto encoded = tokenizer.encode(object.at("text").get<std::string>());
        return std::vector<std::int32_t>(encoded.ids.begin(), encoded.ids.end());
      }();
      const std::uint32_t offsets[] = {0, static_cast<std::uint32_t>(ids.size())};
      Pool pool;
      const Tensor vectors = loaded({kernels, pool}, {.ids = ids, .type_ids = {}, .offsets = offsets}, 0);
      for (std::size_t i = 0; i < vectors.columns(); ++i) {
        largest = std::max(largest, std::abs(vectors.row(0)[i] - object.at("embedding")[i].get<float>()));
      }
    }
    EXPECT_GT(texts, 0);
    return largest;
  }

  TemporaryFolder folder_;
};

TEST_P(AdapterTest, GivesTheVectorsOfTheReference) {
  put(GetParam());
  const fs::path golden = kAdapters / GetParam() / "golden_sentences.jsonl";
  EXPECT_LT(difference(model(), golden), 1e-5F);
  EXPECT_GT(difference(kBase, golden), 1e-3F) << "the adapter changes something";
}

TEST_P(AdapterTest, IsMergedIntoACopy) {
  put(GetParam());
  const fs::path copied = folder_.path() / "copy";
  copy_model(model(), copied);
  EXPECT_FALSE(fs::exists(copied / "adapter_config.json"));
  EXPECT_FALSE(fs::exists(copied / "adapter_model.safetensors"));
  EXPECT_LT(difference(copied, kAdapters / GetParam() / "golden_sentences.jsonl"), 1e-5F);
}

INSTANTIATE_TEST_SUITE_P(All, AdapterTest, ::testing::Values("plain", "patterns", "biases", "lora_bias", "embedding"));

TEST_F(AdapterTest, FindsItsBaseElsewhere) {
  put("plain");
  fs::remove(model() / "config.json");
  fs::remove(model() / "model.safetensors");
  edit([](Json& config) { config["base_model_name_or_path"] = kBase.string(); });
  EXPECT_LT(difference(model(), kAdapters / "plain" / "golden_sentences.jsonl"), 1e-5F);
  const fs::path copied = folder_.path() / "copy";
  copy_model(model(), copied);
  EXPECT_LT(difference(copied, kAdapters / "plain" / "golden_sentences.jsonl"), 1e-5F);

  edit([](Json& config) { config["base_model_name_or_path"] = "nobody/has-this"; });
  EXPECT_THAT([&] { open_encoder(formats::read_sentence_folder(model())); },
              ThrowsMessage<ArgumentError>(HasSubstr("base_model_name_or_path is nobody/has-this")));
}

TEST_F(AdapterTest, WhatCannotBeMergedIsRefusedByName) {
  const auto refuses = [&](const std::string& adapter, const std::function<void(Json&)>& change,
                           const std::string& what) {
    put(adapter);
    edit(change);
    EXPECT_THAT([&] { open_encoder(formats::read_sentence_folder(model())); },
                ThrowsMessage<FormatError>(HasSubstr(what)));
  };
  refuses(
      "plain", [](Json& config) { config["peft_type"] = "PREFIX_TUNING"; }, "peft_type is PREFIX_TUNING");
  refuses(
      "plain", [](Json& config) { config["r"] = 3; }, "but rank 3 of a layer");
  refuses(
      "plain", [](Json& config) { config["target_modules"] = {"query"}; },
      "self.value is a layer that adapter_config.json does not target");
  refuses(
      "biases", [](Json& config) { config["bias"] = "none"; }, "is neither of LoRA nor what bias");
}

TEST_F(AdapterTest, AnAdapterThatNothingDescribesIsNotLeftOut) {
  put("plain");
  fs::remove(model() / "adapter_config.json");
  EXPECT_THAT([&] { formats::read_sentence_folder(model()); },
              ThrowsMessage<FormatError>(HasSubstr("but no adapter_config.json")));
  put("plain");
  fs::rename(model() / "adapter_model.safetensors", model() / "adapter_model.bin");
  EXPECT_THAT([&] { open_encoder(formats::read_sentence_folder(model())); },
              ThrowsMessage<IoError>(HasSubstr("adapter_model.bin, a pickle")));
}

TEST_F(AdapterTest, ALayerThatTheModelLacksIsRefused) {
  put("plain");
  const formats::Safetensors whole = formats::Safetensors::open(kAdapters / "plain" / "adapter_model.safetensors");
  std::vector<formats::TensorToWrite> tensors;
  for (const auto& [name, tensor] : whole.tensors()) {
    std::string other = name;
    if (const std::size_t layer = other.find("layer.1."); layer != std::string::npos) other[layer + 6] = '7';
    tensors.push_back({other, tensor.dtype, tensor.shape, tensor.bytes});
  }
  formats::write_safetensors(model() / "adapter_model.safetensors", tensors);
  EXPECT_THAT(
      [&] { open_encoder(formats::read_sentence_folder(model())); },
      ThrowsMessage<FormatError>(HasSubstr("encoder.layer.7.attention.self.query is a layer that the base model "
                                           "has not")));
}

}  // namespace
}  // namespace mana::models
