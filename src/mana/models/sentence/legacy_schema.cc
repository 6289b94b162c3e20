#include "mana/models/sentence/legacy_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "mana/base/file.h"
#include "mana/formats/sentence_modules.h"
#include "mana/models/families.h"
#include "mana/models/sentence/model_folder.h"

namespace mana::models {
namespace {

namespace fs = std::filesystem;
using formats::PoolingMode;

/// In the order in which that schema puts several together.
constexpr std::array<std::pair<PoolingMode, const char*>, 6> kSwitches = {
    {{PoolingMode::cls, "pooling_mode_cls_token"},
     {PoolingMode::max, "pooling_mode_max_tokens"},
     {PoolingMode::mean, "pooling_mode_mean_tokens"},
     {PoolingMode::mean_sqrt_len, "pooling_mode_mean_sqrt_len_tokens"},
     {PoolingMode::weighted_mean, "pooling_mode_weightedmean_tokens"},
     {PoolingMode::last_token, "pooling_mode_lasttoken"}}};

void write_pooling(const fs::path& path, const formats::PoolingModule& pooling, std::size_t width) {
  Json config = {{"word_embedding_dimension", width}};
  std::vector<PoolingMode> sayable;
  for (const auto& [mode, name] : kSwitches) {
    const bool on = std::ranges::find(pooling.modes, mode) != pooling.modes.end();
    config[name] = on;
    if (on) sayable.push_back(mode);
  }
  config["include_prompt"] = pooling.include_prompt;
  if (sayable == pooling.modes) write_json(path, config);
}

/// What the newer schema leaves to the tokenizer.
std::size_t max_tokens(const formats::SentenceFolder& model, std::size_t positions) {
  if (model.max_seq_length) return *model.max_seq_length;
  const fs::path path = model.transformer / "tokenizer_config.json";
  const Json config = file_exists(path) ? read_json(path) : Json::object();
  const auto limit = config.find("model_max_length");  // may be 10³⁰, which means none
  if (limit == config.end() || !limit->is_number()) return positions;
  return static_cast<std::size_t>(std::clamp(limit->get<double>(), 1.0, static_cast<double>(positions)));
}

void write_transformer(const formats::SentenceFolder& model, std::size_t positions) {
  for (const auto& entry : fs::directory_iterator(model.transformer)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("sentence_") || !name.ends_with("_config.json")) continue;
    if (read_json(entry.path()).contains("max_seq_length")) return;
  }
  write_json(model.transformer / "sentence_bert_config.json",
             {{"max_seq_length", max_tokens(model, positions)}, {"do_lower_case", model.lower_case}});
}

}  // namespace

void write_legacy_schema(const fs::path& folder) {
  const formats::SentenceFolder model = formats::read_sentence_folder(folder);
  const std::vector<ListedModule> modules = listed_modules(folder);
  edit_json(folder / "modules.json", [&](Json& list) {
    for (std::size_t i = 0; i < modules.size(); ++i) {
      list.at(i)["type"] = fmt::format("sentence_transformers.models.{}", modules[i].type);
    }
  });
  // Of these the older versions know nothing, and refuse what they do not know; they name the only input there is.
  for (std::size_t i = 1; i < modules.size(); ++i) {
    edit_json(modules[i].folder / "config.json", [](Json& config) {
      config.erase("module_input_name");
      config.erase("module_output_name");
    });
  }
  if (!model.contextual) return;
  const EncoderFacts encoder = facts_of(read_encoder_config(model.transformer));
  write_pooling(modules.at(1).folder / "config.json", std::get<formats::PoolingModule>(model.modules.at(0)),
                encoder.width);
  if (encoder.positions) write_transformer(model, *encoder.positions);
}

}  // namespace mana::models
