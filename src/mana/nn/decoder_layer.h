#pragma once

#include <optional>
#include <utility>

#include "mana/nn/cached_attention.h"
#include "mana/nn/feed_forward.h"
#include "mana/nn/residual.h"
#include "mana/nn/source_attention.h"

namespace mana::nn {

/// Decoder layer (Vaswani et al. 2017, section 3.1): tokens y of the target against those before them, then against the
/// memory m that the encoder leaves of the source. Post-norm, or pre-norm as its residual connections are:
///
///   h = LayerNorm(y + MaskedMultiHead(y))
///   g = LayerNorm(h + MultiHead(h, m))
///   z = LayerNorm(g + FeedForward(g))          y, h, g, z: [target tokens, model],   m: [source tokens, model]
struct DecoderLayer {
  SelfAttention attend;  ///< causal
  Residual attend_norm;
  CrossAttention cross;
  Residual cross_norm;
  FeedForward feed_forward;
  Residual feed_norm;

  static void parts(auto& self, auto&& visit) {
    visit("attend", self.attend);
    visit("attend_norm", self.attend_norm);
    visit("cross", self.cross);
    visit("cross_norm", self.cross_norm);
    visit("feed_forward", self.feed_forward);
    visit("feed_norm", self.feed_norm);
  }

  /// Whole targets, each with its source.
  template <class Context = Run, class Value>
  Stream<Value> operator()(const Context& run, Stream<Value> y, const TokenBatch& targets, const Value& memory,
                           Sequences sources) const {
    const auto itself = [&](const Value& in) { return attend(run, in, targets); };
    const auto source = [&](const Value& in) { return cross(run, in, targets.sequences(), memory, sources); };
    return through(run, std::move(y), itself, source);
  }

  /// What a step needs of the tokens before it, and of the source.
  struct Past {
    KeyValues own;
    KeyValues memory;
    std::optional<SourceAttention> looks = {};  ///< where it is wanted what a target looks at
  };
  /// The past of targets that have no token yet. `watched`: heads of which it is wanted what they look at.
  Past begin(const Run& run, const Tensor& memory, Sequences sources, std::optional<HeadRange> watched = {}) const {
    const CachedCrossAttention cached{cross};
    const Tensor kv = cross.key_value(run, memory);
    Past past{CachedAttention{attend}.begin(run, sources.count()), cached.keep(run, kv, sources)};
    if (watched) past.looks.emplace(*watched, cached.head_width(kv), cached.keys(kv), sources);
    return past;
  }
  /// The tokens that follow those in `past`: `rows` has those of each target, `of_source` those of all targets of each
  /// source, which share its keys. The bits of the whole pass.
  Stream<Tensor> step(const Run& run, Stream<Tensor> y, Sequences rows, Sequences of_source, Past& past) const {
    const auto itself = [&](const Tensor& in) { return CachedAttention{attend}(run, in, rows, past.own); };
    const auto source = [&](const Tensor& in) {
      const Tensor q = cross.query(run, in);
      if (past.looks) past.looks->look(q, of_source);
      return CachedCrossAttention{cross}(run, q, of_source, past.memory);
    };
    return through(run, std::move(y), itself, source);
  }

 private:
  template <class Context, class Value, class Itself, class Source>
  Stream<Value> through(const Context& run, Stream<Value> y, const Itself& itself, const Source& source) const {
    Stream<Value> h = attend_norm(run, std::move(y), itself);
    Stream<Value> g = cross_norm(run, std::move(h), source);
    return feed_norm(run, std::move(g), [&](const Value& in) { return feed_forward(run, in); });
  }
};

}  // namespace mana::nn
