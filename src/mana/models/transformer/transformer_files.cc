#include "mana/models/transformer/transformer_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "mana/base/errors.h"
#include "mana/models/weight_reader.h"

namespace mana::models {
namespace {

/// Where checkpoints have the one table, or the target's, that several parts share.
constexpr std::array<std::string_view, 4> kTableNames = {"model.shared.weight", "model.encoder.embed_tokens.weight",
                                                         "model.decoder.embed_tokens.weight", "lm_head.weight"};
constexpr std::array<std::string_view, 2> kOutputNames = {"model.decoder.embed_tokens.weight", "lm_head.weight"};

/// Its shape in checkpoints: that of a row, since it is added to rows of logits.
constexpr std::string_view kLogitBias = "final_logits_bias";

}  // namespace

TransformerFiles::TransformerFiles(const std::filesystem::path& folder, const TransformerConfig& config)
    : folder_(folder),
      config_(config),
      weights_(std::make_shared<const formats::StoredWeights>(formats::StoredWeights::open(folder))) {}

std::string TransformerFiles::name_in_file(const std::string& tensor) const {
  if (weights_->find(tensor) != nullptr) return tensor;
  const auto first_of = [&](const auto& names) {
    for (const std::string_view name : names) {
      if (weights_->find(name) != nullptr) return std::string(name);
    }
    return tensor;
  };
  if (config_.one_table && tensor == kTableNames.front()) {
    return config_.tied_output ? first_of(kTableNames)
                               : first_of(std::array{kTableNames[0], kTableNames[1], kTableNames[2]});
  }
  return config_.tied_output && tensor == kOutputNames.front() ? first_of(kOutputNames) : tensor;
}

std::vector<FileTensor> TransformerFiles::located(const std::vector<PartTensor>& tensors) const {
  std::vector<FileTensor> located;
  located.reserve(tensors.size());
  for (const PartTensor& tensor : tensors) {
    FileTensor found{folder_, tensor.name, tensor.shape, tensor.bias, tensor.name};
    if (tensor.name == kLogitBias) found.shape = {1, tensor.shape.front()};
    if (weights_) {
      found.name = name_in_file(tensor.name);
      if (const formats::Shape& stored = weights_->at(found.name).shape; stored != found.shape) {
        throw FormatError(fmt::format("{}: tensor {} has shape {}, but config.json makes it {}", folder_.string(),
                                      found.name, formats::to_string(stored), formats::to_string(found.shape)));
      }
    }
    located.push_back(std::move(found));
  }
  return located;
}

formats::StoredValues TransformerFiles::values(const FileTensor& tensor) const {
  return formats::stored_values(*weights_, tensor.name, tensor.shape);
}

std::vector<CountedTensor> transformer_tensors(const std::filesystem::path& folder) {
  const TransformerConfig config = TransformerConfig::read(folder);
  TransformerFiles files(folder, config);
  const Transformer model = Transformer::make(config, {});
  std::vector<CountedTensor> tensors;
  nn::walk(model, [&](const nn::Place& place, const auto& part) {
    for (FileTensor& tensor : files.tensors(place.name, part)) {
      const bool tied = std::ranges::find(tensors, tensor.name, &CountedTensor::name) != tensors.end();
      if (!tied) tensors.push_back({tensor.name, std::move(tensor.shape), config.names().shown(place.name)});
    }
  });
  return tensors;
}

Transformer load_transformer(const std::filesystem::path& folder, const kernels::WeightLayout& layout) {
  const TransformerConfig config = TransformerConfig::read(folder);
  Transformer model = Transformer::make(config, layout);
  TransformerFiles files(folder, config);
  nn::walk(model, WeightReader(files));
  return model;
}

}  // namespace mana::models
