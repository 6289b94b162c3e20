#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "mana/models/shape/counted_parts.h"
#include "mana/models/shape/layer_shapes.h"
#include "mana/models/shape/shape_of.h"
#include "mana/models/transformer/transformer_files.h"

namespace mana::models {
namespace {

using Kind = ShapePart::Kind;
using PositionKind = TransformerConfig::PositionKind;

/// The parts of the encoder–decoder. Layers of a stack are all alike: the first stands for them; and sinusoids, which
/// are no parameters, need no table here.
CountedParts parts_of(TransformerConfig config) {
  config.encoder.layers = config.decoder.layers = 1;
  if (config.position_kind == PositionKind::sinusoidal) config.positions = 1;
  TransformerFiles files(config);
  return {Transformer::make(config, {}),
          [&](const std::string& part, const auto& weights) { return files.tensors(part, weights); }};
}

/// Builds the shape of one model. Where encoder and decoder differ in a size, the decoder's has a prime.
class Shapes {
 public:
  Shapes(const TransformerConfig& config, std::optional<std::size_t> length)
      : config_(config),
        counts_(parts_of(config)),
        d_("d", config.model),
        positions_("P", config.positions),
        source_("V", config.source_vocabulary),
        target_(primed("V", config.target_vocabulary, config.source_vocabulary)),
        source_tokens_(tokens_of("N", length, config.positions)),
        target_tokens_(tokens_of("M", length, config.positions)) {}

  ModelShape operator()() {
    const StackSizes encoder = encoder_sizes(), decoder = decoder_sizes();
    ModelShape shape;
    shape.title = fmt::format("an encoder–decoder of {} + {} layers", config_.encoder.layers, config_.decoder.layers);
    shape.symbols = symbols(encoder, decoder);
    shape.columns = {column("source", source_, encoder, config_.encoder.layers),
                     column("target", target_, decoder, config_.decoder.layers)};
    shape.columns.back().push_back(output());
    shape.full_forms = full_forms(source_tokens_, d_);
    if (!counts_.left().empty()) throw std::logic_error(fmt::format("{} has no formula", counts_.left().front()));
    return shape;
  }

 private:
  static Formula primed(std::string_view symbol, std::size_t value, std::size_t other) {
    return {fmt::format("{}{}", symbol, value == other ? "" : "′"), value};
  }

  StackSizes sizes(const TransformerConfig::Stack& stack, const TransformerConfig::Stack& other) const {
    return {.d = d_,
            .h = primed("h", stack.heads, other.heads),
            .d_k = primed("d_k", config_.head_width_of(stack), config_.head_width_of(other)),
            .d_ff = primed("d_ff", stack.inner, other.inner),
            .attention_bias = config_.attention_bias,
            .norm = config_.norm,
            .activation = config_.activation_name};
  }
  StackSizes encoder_sizes() const {
    StackSizes made = sizes(config_.encoder, config_.encoder);
    made.tokens = source_tokens_;
    made.neighbours = config_.neighbours;
    return made;
  }
  StackSizes decoder_sizes() const {
    StackSizes made = sizes(config_.decoder, config_.encoder);
    made.tokens = target_tokens_;
    made.memory = source_tokens_;
    return made;
  }

  std::vector<ShapeSymbol> symbols(const StackSizes& encoder, const StackSizes& decoder) const {
    std::vector<ShapeSymbol> symbols;
    const auto add = [&](const Formula& symbol, std::string meaning) {
      for (const ShapeSymbol& known : symbols) {
        if (known.symbol == symbol.text()) return;
      }
      symbols.push_back({symbol.text(), symbol.value(), std::move(meaning)});
    };
    add(source_tokens_, "tokens of the source");
    add(target_tokens_, "tokens of the target");
    add(d_, "numbers of a token's vector");
    const std::string of_heads = config_.head_width == 0 ? ": d / h" : "";
    for (const StackSizes* const stack : {&encoder, &decoder}) {
      const std::string side = stack == &encoder ? "" : ", of the decoder";
      add(stack->h, "heads" + side);
      add(stack->d_k, std::string("numbers of a head's vector").append(of_heads).append(side));
      add(stack->d_ff, "width of the feed-forward layer" + side);
    }
    add(source_, source_.text() == target_.text() ? "tokens of the vocabulary" : "tokens of the source's vocabulary");
    add(target_, "tokens of the target's vocabulary");
    if (config_.position_kind == PositionKind::trained) add(positions_, "positions");
    return symbols;
  }

  ShapePart words(const std::string& side, const Formula& vocabulary, const Formula& tokens) {
    const CountedParts::Count count = counts_.take(side + ".word");
    ShapePart made{.name = side + " embeddings", .out = {tokens, d_}, .parameters = count.parameters};
    if (count.tied.empty()) {
      made.formula = vocabulary * d_;
    } else {
      made.tied = shown(count.tied);
    }
    if (config_.scale_embedding) made.note = "times √d";
    return made;
  }

  std::vector<ShapePart> positions(const std::string& side, const Formula& tokens) {
    if (config_.position_kind == PositionKind::none) return {};
    if (config_.position_kind == PositionKind::sinusoidal) {
      return {{.name = "sinusoids", .out = {tokens, d_}, .note = "not trained"}};
    }
    return {{.name = side + " positions",
             .out = {tokens, d_},
             .formula = positions_ * d_,
             .parameters = counts_.take(side + ".position").parameters}};
  }

  std::vector<ShapePart> column(const std::string& side, const Formula& vocabulary, const StackSizes& stack,
                                std::size_t layers) {
    const std::string name = stack.memory ? "decoder" : "encoder";
    const LayerShapes shapes(stack, counts_);
    std::vector<ShapePart> parts = {{.name = side + " tokens", .out = {stack.tokens, {}}}};
    ShapePart embedding = words(side, vocabulary, stack.tokens);
    const std::vector<ShapePart> places = positions(side, stack.tokens);
    if (places.empty()) {
      parts.push_back(std::move(embedding));
    } else {
      ShapePart both{.name = side, .kind = Kind::parallel, .out = {stack.tokens, d_}, .note = "added up"};
      both.formula = embedding.formula + places.front().formula;
      both.parts = {std::move(embedding), places.front()};
      parts.push_back(std::move(both));
    }
    parts.push_back(shapes.layer(name + " layer", name + ".0", layers));
    if (config_.last_norms) {
      parts.push_back(shapes.norm(name + "_norm"));
      parts.back().name = "last norm";
    }
    return parts;
  }

  ShapePart output() {
    const CountedParts::Count count = counts_.take("output");
    ShapePart made{.name = "output", .out = {target_tokens_, target_}, .parameters = count.parameters};
    made.formula = count.tied.empty() ? d_ * target_ + target_ : target_;
    made.note = "logits z Eᵀ + b";
    if (!count.tied.empty()) made.tied = shown(count.tied);
    return made;
  }

  static std::string shown(const std::string& part) { return part.substr(0, part.find('.')) + " embeddings"; }

  const TransformerConfig& config_;
  CountedParts counts_;
  Formula d_, positions_, source_, target_, source_tokens_, target_tokens_;
};

}  // namespace

ModelShape shape_of(const TransformerConfig& config, std::optional<std::size_t> length) {
  return Shapes(config, length)();
}

}  // namespace mana::models
