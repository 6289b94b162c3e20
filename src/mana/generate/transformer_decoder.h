#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "mana/generate/decoding.h"
#include "mana/generate/likeliest.h"
#include "mana/models/transformer/transformer.h"

namespace mana::generate {

/// A Transformer that continues targets (a Decoder, decoding.h): each source is read once, with the others that come at
/// once, and its keys and values serve all hypotheses of it.
class TransformerDecoder {
 public:
  /// `likeliest` is of the model's output; both outlive it. `watched`: heads whose attention() is wanted.
  TransformerDecoder(const models::Transformer& model, const LikeliestTokens& likeliest, const nn::Run& run,
                     const std::optional<models::WatchedHeads>& watched = {})
      : model_(&model), likeliest_(&likeliest), run_(run), watched_(watched) {}

  Token start() const { return model_->config.start; }
  Token end() const { return model_->config.end; }
  void admit(std::span<const std::span<const Token>> sources);
  void step(std::span<const Token> tokens, std::span<const Question> questions,
            std::vector<std::vector<Candidate>>& answers);
  std::span<const float> attention(std::size_t row) const { return state_->attention(row); }
  void arrange(const Arrangement& arrangement);

 private:
  const models::Transformer* model_;
  const LikeliestTokens* likeliest_;
  nn::Run run_;
  std::optional<models::WatchedHeads> watched_;
  std::optional<models::DecoderState> state_;
};

}  // namespace mana::generate
