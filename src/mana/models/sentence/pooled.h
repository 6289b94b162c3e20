#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "mana/models/encoder_facts.h"
#include "mana/nn/pooling.h"
#include "mana/nn/training.h"

namespace mana::models {

/// [tokens, width] -> [texts, modes · width]
struct PoolTokens {
  std::vector<nn::Pooling> modes;
  bool include_prompt = true;

  std::size_t width(std::size_t input) const { return modes.size() * input; }
  Tensor operator()(const nn::Run& run, const Tensor& x, const nn::TokenBatch& batch, std::size_t prompt_tokens) const;
  nn::Variable operator()(const nn::Training& training, nn::Variable x, const nn::TokenBatch& batch,
                          std::size_t prompt_tokens) const;
};

/// An encoder of any family, then a pooling over each text's tokens.      -> [texts, modes · model]
template <class TokenEncoder>
struct Pooled {
  TokenEncoder encoder;
  EncoderFacts facts;  ///< of its configuration
  PoolTokens pool;

  static void parts(auto& self, auto&& visit) { visit("", self.encoder); }

  std::size_t width() const { return pool.width(facts.width); }
  std::size_t vocabulary() const { return facts.vocabulary; }
  std::optional<std::size_t> positions() const { return facts.positions; }
  std::size_t types() const { return facts.types; }
  nn::Masks dropout() const { return {.hidden = facts.hidden_dropout, .attention = facts.attention_dropout}; }
  const auto& names() const { return encoder.config.names(); }

  template <class Context = nn::Run>
  auto operator()(const Context& run, const nn::TokenBatch& batch, std::size_t prompt_tokens) const {
    return pool(run, encoder(run, batch), batch, prompt_tokens);
  }
};

}  // namespace mana::models
