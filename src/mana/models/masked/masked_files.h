#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "mana/formats/safetensors.h"
#include "mana/models/file_tensor.h"
#include "mana/models/masked/masked_model.h"

namespace mana::models {

/// The weights of a folder in which each part of a MaskedModel, or of a TiedDecoder, finds its tensors by name: what
/// WeightReader and ParameterReader ask. A bare encoder's names have nothing before them, those of a model with heads
/// the family's.
class MaskedFiles {
 public:
  /// Throws IoError or FormatError.
  MaskedFiles(const std::filesystem::path& folder, const MaskedModelConfig& config);
  /// Of weights that are open already.
  MaskedFiles(const std::filesystem::path& folder, const MaskedModelConfig& config, formats::StoredWeights weights);
  /// For a model that is trained from nothing: names alone.
  explicit MaskedFiles(const MaskedModelConfig& config) : config_(config) {}

  /// Whether the folder has every tensor of the part.
  template <class Part>
  bool has(const std::string& part, const Part& weights) const {
    return has_all(located(part, named(part, weights)));
  }
  bool has(const FileTensor& tensor) const { return has_all({tensor}); }
  /// Throws FormatError that names a tensor which is missing or has another shape than config.json makes it.
  template <class Part>
  std::vector<FileTensor> tensors(const std::string& part, const Part& weights) {
    return checked(located(part, named(part, weights)));
  }
  /// The same, also of tensors that the folder lacks.
  template <class Part>
  std::vector<FileTensor> names(const std::string& part, const Part& weights) const {
    return located(part, named(part, weights));
  }
  std::vector<float> values(const FileTensor& tensor);
  std::shared_ptr<const formats::StoredWeights> stored_weights(const FileTensor&) { return weights_; }

 private:
  template <class Part>
  std::vector<PartTensor> named(const std::string& part, const Part& weights) const {
    return names_of(part).tensors(own_name(part), weights);
  }
  const NameTable& names_of(const std::string& part) const;
  static std::string_view own_name(std::string_view part);

  std::vector<FileTensor> located(const std::string& part, const std::vector<PartTensor>& tensors) const;
  bool has_all(const std::vector<FileTensor>& tensors) const;
  std::vector<FileTensor> checked(std::vector<FileTensor> tensors) const;
  std::string name_in_file(const std::string& tensor) const;

  std::filesystem::path folder_;
  MaskedModelConfig config_;
  std::shared_ptr<const formats::StoredWeights> weights_;
};

}  // namespace mana::models
