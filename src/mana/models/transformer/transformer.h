#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "mana/models/transformer/config.h"
#include "mana/nn/decoder_layer.h"
#include "mana/nn/embedding.h"
#include "mana/nn/encoder_layer.h"
#include "mana/nn/parts.h"
#include "mana/nn/positions.h"

namespace mana::models {

/// x_t = √d · word[id_t] + p_t      -> [tokens, model], t from 0 in each text; or without √d
/// In training x is dropped out.
struct SequenceEmbedding {
  nn::EmbeddingTable word;  ///< [vocabulary, model]
  nn::Positions positions;
  float factor = 1;
  std::int32_t pad = 0;  ///< an id whose vector is not trained by lookups

  static void parts(auto& self, auto&& visit) {
    visit("word", self.word, nn::ByToken());
    visit("", self.positions);
  }

  template <class Context = nn::Run>
  auto operator()(const Context& run, const nn::TokenBatch& batch) const {
    return nn::drop(run, sum(run, batch));
  }
  /// One token at each place.
  Tensor at(const nn::Run& run, std::span<const std::int32_t> ids, std::span<const std::int32_t> places) const;

 private:
  Tensor sum(const nn::Run& run, const nn::TokenBatch& batch) const;
  nn::Variable sum(const nn::Training& training, const nn::TokenBatch& batch) const;
};

/// Whose attention to the source says what a target's tokens look at: heads of one of the decoder's layers.
struct WatchedHeads {
  std::size_t layer = 0;
  nn::HeadRange heads = {};
};

/// What the decoder's next step needs of the targets so far: a token at a time is added to all of them. Several targets
/// may have the same source, whose keys are there once.
struct DecoderState {
  std::vector<nn::DecoderLayer::Past> layers;
  std::vector<std::int32_t> lengths;   ///< [targets], in tokens
  std::vector<std::uint32_t> offsets;  ///< [sources + 1]: the targets of each
  std::optional<std::size_t> watched_layer = {};

  std::size_t targets() const { return lengths.size(); }
  std::size_t sources() const { return offsets.size() - 1; }
  /// What a target's token of the last step looks at, where heads are watched: a share for each token of its source.
  std::span<const float> attention(std::size_t target) const { return layers[*watched_layer].looks->row(target); }

  /// The sources and targets of another state come behind those that are there.
  void add(const nn::Run& run, const DecoderState& others);
  /// Source s becomes what sources[s] was, with targets [offsets[s], offsets[s + 1]); target t goes on from targets[t].
  void arrange(const nn::Run& run, std::span<const std::uint32_t> from_sources,
               std::span<const std::uint32_t> new_offsets, std::span<const std::uint32_t> from_targets);
};

/// The encoder–decoder of Vaswani et al. 2017 (section 3):
///
///   m      = encode(x)         x: source tokens          m: [source tokens, model]
///   z      = decode(y, m)      y: target tokens          z: [target tokens, model]
///   logits = z E^T + b         of the token that follows each of y      [target tokens, vocabulary]
struct Transformer {
  TransformerConfig config;
  SequenceEmbedding source;
  SequenceEmbedding target;
  std::vector<nn::EncoderLayer> encoder;
  std::optional<nn::LayerNorm> encoder_norm;
  std::vector<nn::DecoderLayer> decoder;
  std::optional<nn::LayerNorm> decoder_norm;
  nn::Linear output;

  /// In its shapes, without weights.
  static Transformer make(const TransformerConfig& config, const kernels::WeightLayout& layout);

  static void parts(auto& self, auto&& visit) {
    visit("source", self.source);
    visit("target", self.target);
    visit("encoder", self.encoder, nn::Stack());
    visit("encoder_norm", self.encoder_norm);
    visit("decoder", self.decoder, nn::Stack());
    visit("decoder_norm", self.decoder_norm);
    visit("output", self.output);
  }

  template <class Context = nn::Run>
  auto encode(const Context& run, const nn::TokenBatch& sources) const {
    nn::Stream x = source(run, sources);
    for (const nn::EncoderLayer& layer : encoder) x = layer(run, std::move(x), sources);
    return end_of(run, std::move(x), encoder_norm);
  }

  /// Each target with its source, whose encode() is `memory`.
  template <class Context = nn::Run, class Value>
  Value decode(const Context& run, const nn::TokenBatch& targets, const Value& memory, nn::Sequences sources) const {
    nn::Stream y = target(run, targets);
    for (const nn::DecoderLayer& layer : decoder) y = layer(run, std::move(y), targets, memory, sources);
    return end_of(run, std::move(y), decoder_norm);
  }

  /// A target without a token yet for each source.
  DecoderState begin(const nn::Run& run, const Tensor& memory, nn::Sequences sources,
                     const std::optional<WatchedHeads>& watched = {}) const;
  /// The next token of every target -> z of it, the bits that decode() gives the last rows of whole targets.
  Tensor step(const nn::Run& run, std::span<const std::int32_t> ids, DecoderState& state) const;
};

}  // namespace mana::models
