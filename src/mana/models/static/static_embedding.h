#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "mana/formats/safetensors.h"
#include "mana/models/encoder_facts.h"
#include "mana/models/names.h"
#include "mana/nn/embedding.h"
#include "mana/nn/parts.h"

namespace mana::models {

/// One vector for each token of the vocabulary, wherever it stands; a text is the mean of its tokens' vectors:
///
///   y = Σ_t table[id_t] / n      -> [texts, width], 0 for a text without tokens
///
/// Texts of any length; no special tokens. What Model2Vec (Tulkens and van Dongen 2024) distils a transformer into.
struct StaticEmbedding {
  nn::EmbeddingTable table;  ///< [vocabulary, width]

  static void parts(auto& self, auto&& visit) { visit("table", self.table, nn::ByToken()); }

  std::size_t width() const { return table.width(); }
  std::size_t vocabulary() const { return table.rows(); }
  std::optional<std::size_t> positions() const { return std::nullopt; }
  std::size_t types() const { return 1; }  ///< it knows of none
  nn::Masks dropout() const { return {}; }
  const NameTable& names() const;
  EncoderFacts facts() const;

  /// A prompt's tokens count like any others.
  Tensor operator()(const nn::Run& run, const nn::TokenBatch& batch, std::size_t prompt_tokens = 0) const;
  nn::Variable operator()(const nn::Training& training, const nn::TokenBatch& batch,
                          std::size_t prompt_tokens = 0) const;
};

/// `embedding.weight` [vocabulary, width] as sentence-transformers stores it, looked up in the mapped file; or
/// `embeddings` [rows, width] as model2vec does, with an optional `mapping` [vocabulary] of tokens to rows and
/// `weights` [vocabulary] of the tokens. Throws FormatError that names the tensor.
StaticEmbedding load_static_embedding(std::shared_ptr<const formats::StoredWeights> stored_weights);

/// Whether a tensor of this name is read: one of the four above.
bool is_static_tensor(std::string_view name);

}  // namespace mana::models
