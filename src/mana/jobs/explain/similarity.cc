#include "mana/jobs/explain/similarity.h"

#include <array>

#include "mana/jobs/explain/one_text.h"
#include "mana/models/sentence/token_vectors.h"
#include "mana/search/similarity.h"

namespace mana::jobs {
namespace {

/// The first `dimensions` of each vector, where a model gives no more of them.
void cut(models::TokenVectors& vectors, std::size_t dimensions) {
  std::vector<float> kept;
  for (std::size_t row = 0; row < vectors.values.size(); row += vectors.dimensions) {
    const auto from = vectors.values.begin() + static_cast<std::ptrdiff_t>(row);
    kept.insert(kept.end(), from, from + static_cast<std::ptrdiff_t>(dimensions));
  }
  vectors.values = std::move(kept);
  vectors.dimensions = dimensions;
}

}  // namespace

ExplainedSimilarity SimilarityExplainer::operator()(std::string_view a, std::string_view b) const {
  const engine::Encoder& encoder = open_.encoder;
  const std::array texts = {std::string(a), std::string(b)};
  std::array<ExplainedText, 2> read;
  std::array<models::TokenVectors, 2> vectors;
  for (std::size_t i = 0; i < 2; ++i) {
    read[i] = open_.read(texts[i], encoder.max_tokens());
    Pool pool;
    vectors[i] =
        models::token_vectors(*open_.model, {open_.kernels, pool}, OneText(read[i]).batch(), encoder.prompt_tokens());
    if (vectors[i].dimensions != encoder.dimensions()) cut(vectors[i], encoder.dimensions());
    read[i].tokens.erase(read[i].tokens.begin(),
                         read[i].tokens.begin() + static_cast<std::ptrdiff_t>(vectors[i].first));
  }
  const engine::Embeddings embedded = encoder.embed(texts);
  return {.a = {texts[0], std::move(read[0].tokens)},
          .b = {texts[1], std::move(read[1].tokens)},
          .score = search::cosine(embedded[0], embedded[1]),
          .shares = explain::pair_shares({vectors[0].values, vectors[0].dimensions},
                                         {vectors[1].values, vectors[1].dimensions})};
}

}  // namespace mana::jobs
