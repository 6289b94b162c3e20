#include "mana/models/sentence/encoder_tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <variant>

#include "mana/models/sentence/adapter.h"
#include "mana/models/sentence/weight_files.h"

namespace mana::models {
namespace {

bool is_real(DType dtype) {
  constexpr DType kReals[] = {DType::f64, DType::f32, DType::f16, DType::bf16};
  return std::ranges::find(kReals, dtype) != std::end(kReals);
}

/// Those that a static embedding is put together of. The mapping of tokens to rows holds no weights.
std::vector<CountedTensor> static_tensors(const formats::StoredWeights& stored_weights) {
  std::vector<CountedTensor> tensors;
  for (const auto& [name, tensor] : stored_weights.tensors()) {
    if (is_static_tensor(name) && is_real(tensor.dtype)) tensors.push_back({name, tensor.shape, "token embeddings"});
  }
  return tensors;
}

}  // namespace

std::vector<CountedTensor> encoder_tensors(const formats::SentenceFolder& folder,
                                           const formats::StoredWeights& stored_weights) {
  if (!folder.contextual) return static_tensors(stored_weights);
  std::vector<CountedTensor> tensors;
  const EncoderConfig config = encoder_config(folder);
  const NameTable& names = names_of(config);
  const TextEncoder encoder = make_encoder(config, {}, {});
  nn::walk(encoder, [&](const nn::Place& place, const auto& part) {
    for (PartTensor& tensor : names.tensors(place.name, part)) {
      const std::string name = names.name_in(stored_weights, tensor.name);
      require_shape(stored_weights, name, tensor.shape);
      const bool tied = std::ranges::find(tensors, name, &CountedTensor::name) != tensors.end();
      if (!tied) tensors.push_back({name, std::move(tensor.shape), names.shown(place.name)});
    }
  });
  return tensors;
}

EncoderConfig encoder_config(const formats::SentenceFolder& folder) {
  return read_encoder_config(encoder_folder(folder));
}

EncoderFacts encoder_facts(const formats::SentenceFolder& folder) {
  if (folder.contextual) return facts_of(encoder_config(folder));
  return load_static_embedding(std::make_shared<const formats::StoredWeights>(open_encoder(folder))).facts();
}

}  // namespace mana::models
