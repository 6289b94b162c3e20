#include "mana/models/transformer/transformer.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "mana/operations/lookup.h"

namespace mana::models {
namespace {

using operations::Key;
using operations::Lookup;

/// Builds layers of one model's shapes.
class Shapes {
 public:
  Shapes(const TransformerConfig& config, const kernels::WeightLayout& layout) : config_(config), layout_(layout) {}

  nn::LayerNorm norm() const {
    return {std::vector<float>(config_.model), std::vector<float>(config_.model), config_.norm_epsilon};
  }
  nn::Residual residual() const { return {norm(), config_.norm}; }

  nn::SelfAttention self_attention(const TransformerConfig::Stack& stack, const kernels::Reach& reach) const {
    const std::size_t heads = stack.heads * config_.head_width_of(stack);
    nn::SelfAttention made{.query_key_value = attention_map(3 * heads, config_.model),
                           .output = attention_map(config_.model, heads),
                           .heads = stack.heads,
                           .reach = reach};
    made.query_key_value.stacked = {heads, heads, heads};
    return made;
  }
  nn::CrossAttention cross_attention(const TransformerConfig::Stack& stack) const {
    const std::size_t heads = stack.heads * config_.head_width_of(stack);
    nn::CrossAttention made{.query = attention_map(heads, config_.model),
                            .key_value = attention_map(2 * heads, config_.model),
                            .output = attention_map(config_.model, heads),
                            .heads = stack.heads};
    made.key_value.stacked = {heads, heads};
    return made;
  }
  nn::FeedForward feed_forward(const TransformerConfig::Stack& stack) const {
    return {.widen = linear(stack.inner, config_.model),
            .narrow = linear(config_.model, stack.inner),
            .activation = config_.activation};
  }

  SequenceEmbedding embedding(std::size_t vocabulary, const nn::Positions& positions) const {
    const float factor = config_.scale_embedding ? std::sqrt(static_cast<float>(config_.model)) : 1.0f;
    return {nn::EmbeddingTable(vocabulary, config_.model), positions, factor, config_.pad};
  }

  nn::Linear linear(std::size_t outputs, std::size_t inputs) const {
    return {kernels::MatrixWeights(outputs, inputs, layout_)};
  }

  nn::Positions positions() const {
    switch (config_.position_kind) {
      case TransformerConfig::PositionKind::none: return nn::NoPositions();
      case TransformerConfig::PositionKind::trained:
        return nn::TrainedPositions{nn::EmbeddingTable(config_.positions, config_.model)};
      case TransformerConfig::PositionKind::sinusoidal: break;
    }
    return nn::Sinusoids(config_.positions, config_.model, config_.sinusoids);
  }

 private:
  nn::Linear attention_map(std::size_t outputs, std::size_t inputs) const {
    nn::Linear made = linear(outputs, inputs);
    made.bias = config_.attention_bias;
    return made;
  }

  const TransformerConfig& config_;
  const kernels::WeightLayout& layout_;
};

}  // namespace

Tensor SequenceEmbedding::sum(const nn::Run& run, const nn::TokenBatch& batch) const {
  std::vector<Lookup> lookups = {{.table = word.stored(), .ids = batch.ids, .factor = factor}};
  if (const auto place = rows_of(positions)) lookups.push_back({.table = *place, .key = Key::place});
  return operations::sum_of_lookups(run, lookups, batch.sequences());
}

Tensor SequenceEmbedding::at(const nn::Run& run, std::span<const std::int32_t> ids,
                             std::span<const std::int32_t> places) const {
  std::vector<Lookup> lookups = {{.table = word.stored(), .ids = ids, .factor = factor}};
  if (const auto place = rows_of(positions)) lookups.push_back({.table = *place, .ids = places});
  std::vector<std::uint32_t> offsets(ids.size() + 1);
  std::iota(offsets.begin(), offsets.end(), 0U);
  return operations::sum_of_lookups(run, lookups, {.offsets = offsets});
}

/// dword[id_t] += √d · dx_t unless id_t is the pad,   dp_t += dx_t
nn::Variable SequenceEmbedding::sum(const nn::Training& training, const nn::TokenBatch& batch) const {
  Tensor x = sum(training.run(), batch);
  return training.tape.record(std::move(x), [this, training, batch](const Tensor& dx) {
    const auto timer = training.run().timer("embeddings gradient");
    const Tensor scaled = operations::scaled_rows(training.run(), dx, factor, batch.ids, pad);
    add_lookup_gradient(training, word, batch.ids, scaled);
    add_gradient(training, positions, batch.sequences(), dx);
  });
}

Transformer Transformer::make(const TransformerConfig& config, const kernels::WeightLayout& layout) {
  config.check();
  const Shapes shapes(config, layout);
  const auto around = config.neighbours ? kernels::Reach::band(*config.neighbours) : kernels::Reach::all();
  const nn::Positions positions = shapes.positions();  // sinusoids are computed once for both sides
  Transformer made{.config = config,
                   .source = shapes.embedding(config.source_vocabulary, positions),
                   .target = shapes.embedding(config.target_vocabulary, positions),
                   .encoder = {},
                   .encoder_norm = {},
                   .decoder = {},
                   .decoder_norm = {},
                   .output = shapes.linear(config.target_vocabulary, config.model)};
  for (std::size_t i = 0; i < config.encoder.layers; ++i) {
    made.encoder.push_back({.attend = shapes.self_attention(config.encoder, around),
                            .attend_norm = shapes.residual(),
                            .feed_forward = shapes.feed_forward(config.encoder),
                            .feed_norm = shapes.residual()});
  }
  for (std::size_t i = 0; i < config.decoder.layers; ++i) {
    made.decoder.push_back({.attend = shapes.self_attention(config.decoder, kernels::Reach::causal()),
                            .attend_norm = shapes.residual(),
                            .cross = shapes.cross_attention(config.decoder),
                            .cross_norm = shapes.residual(),
                            .feed_forward = shapes.feed_forward(config.decoder),
                            .feed_norm = shapes.residual()});
  }
  if (config.last_norms) {
    made.encoder_norm = shapes.norm();
    made.decoder_norm = shapes.norm();
  }
  return made;
}

void DecoderState::add(const nn::Run& run, const DecoderState& others) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    layers[i].own.add(run, others.layers[i].own);
    layers[i].memory.add(run, others.layers[i].memory);
    if (layers[i].looks) layers[i].looks->add(*others.layers[i].looks);
  }
  const auto before = static_cast<std::uint32_t>(targets());
  for (std::size_t source = 1; source <= others.sources(); ++source) offsets.push_back(before + others.offsets[source]);
  lengths.insert(lengths.end(), others.lengths.begin(), others.lengths.end());
}

void DecoderState::arrange(const nn::Run& run, std::span<const std::uint32_t> from_sources,
                           std::span<const std::uint32_t> new_offsets, std::span<const std::uint32_t> from_targets) {
  for (nn::DecoderLayer::Past& past : layers) {
    past.own.reorder(run, from_targets);
    past.memory.reorder(run, from_sources);
    if (past.looks) past.looks->arrange(from_sources);
  }
  std::vector<std::int32_t> moved(from_targets.size());
  for (std::size_t i = 0; i < moved.size(); ++i) moved[i] = lengths[from_targets[i]];
  lengths = std::move(moved);
  offsets.assign(new_offsets.begin(), new_offsets.end());
}

DecoderState Transformer::begin(const nn::Run& run, const Tensor& memory, nn::Sequences sources,
                                const std::optional<WatchedHeads>& watched) const {
  DecoderState state;
  state.lengths.assign(sources.count(), 0);
  state.offsets.resize(sources.count() + 1);
  std::iota(state.offsets.begin(), state.offsets.end(), 0U);
  if (watched) state.watched_layer = watched->layer;
  state.layers.reserve(decoder.size());
  for (std::size_t i = 0; i < decoder.size(); ++i) {
    const bool here = watched && watched->layer == i;
    state.layers.push_back(decoder[i].begin(run, memory, sources, here ? std::optional(watched->heads) : std::nullopt));
  }
  return state;
}

Tensor Transformer::step(const nn::Run& run, std::span<const std::int32_t> ids, DecoderState& state) const {
  nn::Stream y = target.at(run, ids, state.lengths);
  std::vector<std::uint32_t> offsets(ids.size() + 1);
  std::iota(offsets.begin(), offsets.end(), 0U);
  for (std::size_t i = 0; i < decoder.size(); ++i) {
    y = decoder[i].step(run, std::move(y), {.offsets = offsets}, {.offsets = state.offsets}, state.layers[i]);
  }
  for (std::int32_t& length : state.lengths) ++length;
  return end_of(run, std::move(y), decoder_norm);
}

}  // namespace mana::models
