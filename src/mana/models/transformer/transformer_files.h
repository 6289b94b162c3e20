#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "mana/formats/safetensors.h"
#include "mana/formats/stored_values.h"
#include "mana/models/counted_tensor.h"
#include "mana/models/file_tensor.h"
#include "mana/models/transformer/transformer.h"

namespace mana::models {

/// The weights of a translator's folder, in which each part finds its tensors by name: what WeightReader and
/// ParameterReader ask. Of a table that several parts share a file has one tensor or several, under any of its names.
class TransformerFiles {
 public:
  /// Throws IoError or FormatError.
  TransformerFiles(const std::filesystem::path& folder, const TransformerConfig& config);
  /// For a model that is trained from nothing: names alone.
  explicit TransformerFiles(const TransformerConfig& config) : config_(config) {}

  /// Throws FormatError that names a tensor which is missing or has another shape than config.json makes it.
  template <class Part>
  std::vector<FileTensor> tensors(const std::string& part, const Part& weights) {
    return located(config_.names().tensors(part, weights));
  }
  formats::StoredValues values(const FileTensor& tensor) const;
  std::shared_ptr<const formats::StoredWeights> stored_weights(const FileTensor&) { return weights_; }

 private:
  std::vector<FileTensor> located(const std::vector<PartTensor>& tensors) const;
  std::string name_in_file(const std::string& tensor) const;

  std::filesystem::path folder_;
  TransformerConfig config_;
  std::shared_ptr<const formats::StoredWeights> weights_;
};

/// The tensors of a translator's folder, each once, in the order of the model. Throws as TransformerFiles.
std::vector<CountedTensor> transformer_tensors(const std::filesystem::path& folder);

/// The translator of a folder, to serve with. Throws IoError or FormatError that names the place.
Transformer load_transformer(const std::filesystem::path& folder, const kernels::WeightLayout& layout);

}  // namespace mana::models
