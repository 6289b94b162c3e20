#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>

#include "mana/data/pretraining/masking.h"
#include "mana/data/text_source.h"
#include "mana/jobs/stage.h"
#include "mana/kernels/isa.h"
#include "mana/kernels/precision.h"

namespace mana::jobs {

/// How well an encoder knows which words are hidden.
struct EvaluateMaskedOptions {
  std::filesystem::path model;
  data::MaskRule masks = {.masked = 1, .random = 0};  ///< all that is asked for stands behind [MASK]
  std::size_t pseudo_texts = 0;                       ///< of which pseudo-perplexity is measured; 0: all
  std::size_t batch_tokens = 4096;
  std::uint64_t seed = 0;  ///< decides which words are hidden
  unsigned threads = 0;
  std::optional<kernels::Precision> precision = {};
  std::optional<kernels::Isa> isa = {};
};

struct EvaluateMaskedResult {
  std::size_t texts = 0;
  std::size_t cut = 0;     ///< texts with more tokens than the model has positions
  std::size_t tokens = 0;  ///< without those that the template adds
  std::size_t hidden = 0;  ///< of a share of those that are no special tokens
  double loss = 0;         ///< −log p of what is hidden, a mean
  double accuracy = 0;     ///< the share of it that is the likeliest token
  /// exp(−1/N Σ log p(w_t | all others of its text)) over the N tokens of all texts, unknown ones as well, each hidden
  /// alone (Salazar et al. 2020, arXiv:1910.14659, equations 1 and 4)
  double pseudo_perplexity = 0;
};

/// Throws IoError, FormatError; ArgumentError for texts without a token and for a tokenizer without a mask; Cancelled.
EvaluateMaskedResult evaluate_masked(const EvaluateMaskedOptions& options, const data::TextSource& texts,
                                     const StageEvent& stage = {}, const std::stop_token& stop = {});

}  // namespace mana::jobs
