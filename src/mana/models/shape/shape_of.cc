#include "mana/models/shape/shape_of.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"

namespace mana::models {
namespace {

PretrainingHeads heads_of(const json::Value& root) {
  const auto classes = root.find("architectures");
  const std::vector<json::Value> names = classes ? classes->array() : std::vector<json::Value>();
  if (names.empty()) return {};
  const std::string_view name = names.front().string();
  if (name.ends_with("ForPreTraining")) return {.masked_words = true, .next_sentence = true};
  return {.masked_words = name.ends_with("ForMaskedLM")};
}

}  // namespace

Formula tokens_of(std::string_view symbol, std::optional<std::size_t> length, std::size_t positions) {
  constexpr std::size_t kUsual = 128;
  if (length && (*length == 0 || *length > positions)) {
    throw ArgumentError(
        fmt::format("a `length` of {} is not one of the 1 to {} tokens that the model reads", *length, positions));
  }
  return {std::string(symbol), length.value_or(std::min(kUsual, positions))};
}

ShapeConfig read_shape_config(const std::filesystem::path& file) {
  const json::Document document = json::Document::read(file);
  const json::Value root = document.root();
  const auto type = root.find("model_type");
  if (type && is_translator_type(type->string())) return TransformerConfig::read(root);
  if (type && type->string() != MaskedModelConfig::kFamily) {
    type->fail(fmt::format("is '{}'; the shapes of '{}', 'marian' and 'mana-transformer' are known", type->string(),
                           MaskedModelConfig::kFamily));
  }
  return EncoderShape{masked_model_config(root), heads_of(root)};
}

ModelShape shape_of(const ShapeConfig& config, std::optional<std::size_t> length) {
  return std::visit([&](const auto& of_family) { return shape_of(of_family, length); }, config);
}

}  // namespace mana::models
