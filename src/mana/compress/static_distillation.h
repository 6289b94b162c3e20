#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>

#include "mana/eval/embed_texts.h"

namespace mana::compress {

struct StaticOptions {
  std::size_t dimensions = 256;
  /// Of the weight of a token, a / (a + p), p its share of all tokens (Arora et al. 2017, SIF).
  double sif = 1e-3;
  unsigned threads = 0;
};

/// Distils the folder's model into static embeddings, in place: a vector for each token t of the vocabulary, what the
/// model makes of that token alone (before it normalises), x_t. With p_t the token's share of the corpus,
///
///   y_t = a / (a + p_t) · W (x_t − Σ p_s x_s),
///
/// the rows of W the principal axes of the x_t: Model2Vec (Tulkens and van Dongen 2024), but with the corpus' own
/// frequencies and mean in place of Zipf's law of ranks and the plain mean. What was behind the pooling of the model is
/// part of x_t; only Normalize stays. Prompts become empty. Throws ArgumentError for more dimensions than the model
/// has, a static embedding or a tokenizer without tokenizer.json; Cancelled.
void distil_static(const std::filesystem::path& folder, const StaticOptions& options,
                   std::span<const std::string> corpus, const eval::TextProgress& progress = {},
                   const std::stop_token& stop = {});

}  // namespace mana::compress
