#include <fmt/format.h>

#include <stdexcept>
#include <string>

#include "mana/models/masked/masked_files.h"
#include "mana/models/shape/counted_parts.h"
#include "mana/models/shape/layer_shapes.h"
#include "mana/models/shape/shape_of.h"

namespace mana::models {
namespace {

using Kind = ShapePart::Kind;

/// The parts of BERT, whose layers are all alike: the first stands for them.
CountedParts parts_of(BertConfig config, const PretrainingHeads& heads) {
  config.layers = 1;
  const MaskedFiles files(config);
  const auto tensors = [&](const std::string& part, const auto& weights) { return files.names(part, weights); };
  if (heads.masked_words) return {BertForPretraining::make(config, heads.next_sentence, {}), tensors};
  return {Bert::make(config, {}), tensors, "encoder."};
}

ShapePart table(const std::string& name, const std::string& part, const Formula& rows, const StackSizes& sizes,
                CountedParts& counts) {
  return {.name = name,
          .out = {sizes.tokens, sizes.d},
          .formula = rows * sizes.d,
          .parameters = counts.take(part).parameters};
}

ShapePart masked_words(const StackSizes& sizes, const Formula& vocabulary, CountedParts& counts) {
  const Formula& d = sizes.d;
  const ShapePart transform{.name = "W",
                            .out = {sizes.tokens, d},
                            .formula = squared(d) + d,
                            .parameters = counts.take("words.transform").parameters};
  const ShapePart activation{.name = sizes.activation, .out = {sizes.tokens, d}};
  const CountedParts::Count decoder = counts.take("words.decoder");
  const ShapePart logits{.name = "logits h Eᵀ + c",
                         .out = {sizes.tokens, vocabulary},
                         .formula = vocabulary,
                         .parameters = decoder.parameters,
                         .tied = "word embeddings",
                         .note = "E is the table of words"};
  return {.name = "masked words",
          .kind = Kind::sequence,
          .out = {sizes.tokens, vocabulary},
          .formula = squared(d) + d + 2 * d + vocabulary,
          .parts = {transform, activation, LayerShapes(sizes, counts).norm("words.norm"), logits}};
}

ShapePart next_sentence(const StackSizes& sizes, CountedParts& counts) {
  const Formula &d = sizes.d, one("1", 1), two("2", 2);
  const ShapePart pooler{.name = "W, tanh",
                         .out = {one, d},
                         .formula = squared(d) + d,
                         .parameters = counts.take("next.pooler").parameters,
                         .note = "of the first token"};
  const ShapePart classes{
      .name = "V", .out = {one, two}, .formula = 2 * d + two, .parameters = counts.take("next.classes").parameters};
  return {.name = "next sentence",
          .kind = Kind::sequence,
          .out = {one, two},
          .formula = squared(d) + d + 2 * d + two,
          .parts = {pooler, classes}};
}

}  // namespace

ModelShape shape_of(const EncoderShape& encoder, std::optional<std::size_t> length) {
  const auto& [config, heads] = encoder;
  const Formula d("d", config.model), h("h", config.heads), d_k("d_k", config.model / config.heads),
      d_ff("d_ff", config.inner), vocabulary("V", config.vocabulary), positions("P", config.positions),
      types("T", config.types);
  const Formula tokens = tokens_of("N", length, config.positions);
  const StackSizes sizes{
      .tokens = tokens, .d = d, .h = h, .d_k = d_k, .d_ff = d_ff, .activation = config.activation_name};
  CountedParts counts = parts_of(config, heads);
  const LayerShapes layers(sizes, counts);

  ModelShape shape;
  shape.title = fmt::format("{}, an encoder of {} layers", BertConfig::kFamily, config.layers);
  shape.symbols = {{"N", tokens.value(), "tokens of a text"},
                   {"d", d.value(), "numbers of a token's vector"},
                   {"h", h.value(), "heads"},
                   {"d_k", d_k.value(), "numbers of a head's vector: d / h"},
                   {"d_ff", d_ff.value(), "width of the feed-forward layer"},
                   {"V", vocabulary.value(), "tokens of the vocabulary"},
                   {"P", positions.value(), "positions"},
                   {"T", types.value(), "types of tokens"}};
  std::vector<ShapePart>& parts = shape.columns.emplace_back();
  parts.push_back({.name = "tokens", .out = {tokens, {}}});
  ShapePart embeddings{.name = "embeddings",
                       .kind = Kind::parallel,
                       .out = {tokens, d},
                       .formula = (vocabulary + positions + types) * d};
  embeddings.parts = {table("word embeddings", "encoder.embeddings.word", vocabulary, sizes, counts),
                      table("position embeddings", "encoder.embeddings.position", positions, sizes, counts),
                      table("type embeddings", "encoder.embeddings.type", types, sizes, counts)};
  embeddings.note = "added up";
  parts.push_back(std::move(embeddings));
  parts.push_back(layers.norm("encoder.embeddings.norm"));
  parts.push_back(layers.layer("encoder layer", "encoder.layers.0", config.layers));
  if (heads.masked_words) parts.push_back(masked_words(sizes, vocabulary, counts));
  if (heads.next_sentence) parts.push_back(next_sentence(sizes, counts));
  shape.full_forms = full_forms(tokens, d);
  if (!counts.left().empty()) throw std::logic_error(fmt::format("{} has no formula", counts.left().front()));
  return shape;
}

}  // namespace mana::models
