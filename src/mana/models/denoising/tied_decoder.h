#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "mana/autograd/operations/selection.h"
#include "mana/models/bert/bert.h"
#include "mana/nn/causal_attention.h"
#include "mana/nn/masked_word_head.h"

namespace mana::models {

/// What writes a text again from its vector s alone, with the weights of the encoder that made s (TSDAE: Wang, Reimers
/// and Gurevych 2021, arXiv:2104.06979, section 3). Its layers are the encoder's, of which each sees the tokens before
/// it, with an attention to s between their halves:
///
///   h = LayerNorm(y + CausalMultiHead(y))
///   g = LayerNorm(h + MultiHead(h, s))
///   z = LayerNorm(g + FeedForward(g))           y, h, g, z: [tokens, model],   s: [texts, dimensions]
///
/// The softmax over a single key is 1, whatever query and key are, so that no token asks for them:
///
///   MultiHead(h, s) = (s W^V + b^V) W^O + b^O   one row for each text
///
/// It is there in training alone.
struct TiedDecoder {
  struct Layer {
    nn::Linear value;   ///< W^V
    nn::Linear output;  ///< W^O
    nn::Residual norm;

    static void parts(auto& self, auto&& visit) {
      visit("value", self.value);
      visit("output", self.output);
      visit("norm", self.norm);
    }

    /// `texts`: of each token the number of its text.
    nn::Stream<nn::Variable> operator()(const nn::Training& training, const nn::EncoderLayer& tied,
                                        nn::Stream<nn::Variable> y, const nn::TokenBatch& targets,
                                        const nn::Variable& vectors, const std::vector<std::uint32_t>& texts) const {
      using nn::Variable;
      const auto before = [&](const Variable& in) { return nn::CausalAttention{tied.attend}(training, in, targets); };
      const auto vector = [&](const Variable&) {
        return autograd::gather_rows(output(training, value(training, vectors)), texts);
      };
      nn::Stream<Variable> h = tied.attend_norm(training, y, before);
      nn::Stream<Variable> g = norm(training, h, vector);
      return tied.feed_norm(training, g, [&](const Variable& in) { return tied.feed_forward(training, in); });
    }
  };

  std::vector<Layer> layers;
  nn::MaskedWordHead words;  ///< whose matrix is the encoder's word table

  /// In its shapes, without weights, for vectors of so many `dimensions`.
  static TiedDecoder make(const BertConfig& config, std::size_t dimensions, const kernels::WeightLayout& layout);

  static void parts(auto& self, auto&& visit) {
    visit("decoder", self.layers, nn::Stack());
    visit("words", self.words);
  }

  /// −log p(label_t | y_≤t, s) of each token: [tokens, 1]
  nn::Variable losses(const nn::Training& training, const Bert& encoder, const nn::Variable& vectors,
                      const nn::TokenBatch& targets, std::vector<std::uint32_t> labels) const;
};

}  // namespace mana::models
