#include "mana/models/masked/shapes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"

namespace mana::models {
namespace {

struct Shape {
  std::string_view name;
  std::size_t layers, model, heads;
};

constexpr std::array<Shape, 4> kShapes = {
    {{"tiny", 2, 128, 2}, {"mini", 4, 256, 4}, {"small", 4, 512, 8}, {"minilm", 6, 384, 12}}};

}  // namespace

std::vector<std::string_view> shape_names() {
  std::vector<std::string_view> names;
  names.reserve(kShapes.size());
  for (const Shape& shape : kShapes) names.push_back(shape.name);
  return names;
}

MaskedModelConfig shape_config(std::string_view shape, std::size_t vocabulary) {
  for (const Shape& known : kShapes) {
    if (known.name != shape) continue;
    MaskedModelConfig config;
    config.vocabulary = vocabulary;
    config.positions = 512;
    config.types = 2;
    config.model = known.model;
    config.inner = 4 * known.model;
    config.layers = known.layers;
    config.heads = known.heads;
    return config;
  }
  const std::filesystem::path path(shape);
  if (!file_exists(path)) {
    throw ArgumentError(fmt::format("'{}' is neither a shape ({}) nor a file of one, as config.json is", shape,
                                    fmt::join(shape_names(), ", ")));
  }
  const json::Document document = json::Document::read(path);
  const MaskedModelConfig config = masked_model_config(document.root());
  if (config.vocabulary < vocabulary) {
    throw ArgumentError(fmt::format("{} has a vocabulary of {}, but the tokenizer has {} tokens", path.string(),
                                    config.vocabulary, vocabulary));
  }
  return config;
}

}  // namespace mana::models
