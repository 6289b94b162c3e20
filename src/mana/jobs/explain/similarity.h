#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mana/explain/pair_shares.h"
#include "mana/jobs/explain/explained_tokens.h"
#include "mana/jobs/explain/open_encoder.h"

namespace mana::jobs {

/// The cosine of two texts' vectors as a sum over the pairs of their tokens.
struct ExplainedSimilarity {
  struct Side {
    std::string text;
    std::vector<ExplainedToken> tokens;  ///< those whose vectors the text's is the mean of
  };
  Side a, b;
  double score = 0;  ///< the cosine of the vectors as the model gives them; `shares.sum` is the same within 1e-6
  explain::PairShares shares;  ///< [tokens of a, tokens of b]
};

/// Explains similarities of one model, computed in f32.
class SimilarityExplainer {
 public:
  /// Throws as engine::Encoder's constructor.
  SimilarityExplainer(const std::filesystem::path& folder, unsigned threads, std::optional<kernels::Isa> isa = {})
      : open_(folder, threads, isa) {}

  const engine::Encoder& encoder() const { return open_.encoder; }

  /// Throws ArgumentError for a text without a token or with more than the model reads, and, by name, for what
  /// models::token_vectors() refuses: a pooling that is no mean, an activation behind it.
  ExplainedSimilarity operator()(std::string_view a, std::string_view b) const;

 private:
  OpenEncoder open_;
};

}  // namespace mana::jobs
