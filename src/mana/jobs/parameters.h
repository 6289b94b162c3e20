#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mana/formats/safetensors.h"
#include "mana/formats/sentence_folder.h"
#include "mana/models/counted_tensor.h"

namespace mana::jobs {

/// One part of a model and how many parameters it has.
struct ParameterCount {
  std::string part;
  std::uint64_t parameters = 0;
};

/// What a model's files hold: parts that the vectors depend on, in the model's order, and tensors that they do not.
struct ParameterCounts {
  std::vector<ParameterCount> parts;
  std::vector<ParameterCount> unused;  ///< one for each tensor, by name: a pooler, the heads of a training objective, …
  /// Layers among `unused` that are like others which are read: "encoder.layer.3". The configuration asks for fewer
  /// layers than the weights have.
  std::vector<std::string> layers_beyond;
  std::uint64_t used_parameters = 0;
  std::uint64_t unused_parameters = 0;
};

/// Whether the tensor holds real numbers; those of integers are buffers.
bool is_parameter(const formats::StoredTensor& tensor);

/// Throws FormatError that names the layers where the weights have more of them than config.json asks for.
void require_all_layers(const ParameterCounts& counts);
/// The sentence of that error; nothing where all layers are read.
std::optional<std::string> layers_left_out(const ParameterCounts& counts);

/// What the tensors that a model reads, in its order, and the others of its file count.
ParameterCounts count_tensors(std::span<const models::CountedTensor> read,
                              const formats::StoredWeights& stored_weights);

/// Counts exactly, from the shapes in the files. Throws IoError, or
/// FormatError when a tensor is missing.
ParameterCounts count_parameters(const formats::SentenceFolder& folder, const formats::StoredWeights& stored_weights);

}  // namespace mana::jobs
