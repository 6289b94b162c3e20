#include "mana/compress/layers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "mana/base/errors.h"
#include "mana/models/sentence/encoder_tensors.h"
#include "mana/models/sentence/model_folder.h"

namespace mana::compress {
namespace {

void check(const std::vector<std::size_t>& layers, std::size_t count) {
  const bool ascending = std::ranges::adjacent_find(layers, std::ranges::greater_equal()) == layers.end();
  if (layers.empty() || !ascending || layers.back() >= count) {
    throw ArgumentError(
        fmt::format("the layers {} cannot be kept: the model has {}, numbered from 0, and they must ascend",
                    fmt::join(layers, ","), count));
  }
}

}  // namespace

std::vector<std::size_t> evenly_spaced_layers(std::size_t count, std::size_t layers) {
  if (count == 0 || count > layers) {
    throw ArgumentError(fmt::format("{} layers cannot be kept: the model has {}", count, layers));
  }
  std::vector<std::size_t> kept = {0};
  for (std::size_t i = 1; i < count; ++i) kept.push_back((2 * i * (layers - 1) + count - 1) / (2 * (count - 1)));
  return kept;
}

std::size_t layer_count(const std::filesystem::path& folder) {
  const formats::SentenceFolder model = formats::read_sentence_folder(folder);
  if (!model.contextual) {
    throw ArgumentError(fmt::format("{} is a static embedding, which has no layers", folder.string()));
  }
  return models::encoder_facts(model).layers;
}

void keep_layers(const std::filesystem::path& folder, const std::vector<std::size_t>& layers) {
  check(layers, layer_count(folder));
  const formats::SentenceFolder model = formats::read_sentence_folder(folder);
  const std::filesystem::path& transformer = model.transformer;
  const models::NameTable& names = models::names_of(models::encoder_config(model));
  models::rewrite_weights(transformer, [&](const formats::StoredTensor&, models::ChangedTensor& tensor) {
    const std::optional<models::NameTable::Layer> layer = names.layer(tensor.name);
    if (!layer) return true;
    const auto kept = std::ranges::find(layers, layer->number);
    if (kept == layers.end()) return false;
    tensor.name.replace(layer->begin, layer->end - layer->begin, std::to_string(kept - layers.begin()));
    return true;
  });
  models::edit_json(transformer / "config.json",
                    [&](models::Json& config) { config["num_hidden_layers"] = layers.size(); });
}

}  // namespace mana::compress
