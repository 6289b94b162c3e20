#include "mana/models/shape/layer_shapes.h"

#include <fmt/format.h>

#include <utility>

namespace mana::models {

using Kind = ShapePart::Kind;

Formula matrix(const Formula& a, const Formula& b) { return a.text() == b.text() ? squared(a) : a * b; }

Formula LayerShapes::all_heads() const {
  return sizes_.h.value() * sizes_.d_k.value() == sizes_.d.value() ? sizes_.d : sizes_.h * sizes_.d_k;
}

ShapePart LayerShapes::norm(const std::string& part) const {
  return {.name = "norm",
          .out = rows(sizes_.d),
          .formula = 2 * sizes_.d,
          .parameters = counts_.take(part).parameters,
          .note = "(x − mean) / √(var + ε) · γ + β"};
}

Formula LayerShapes::attention_formula(std::uint64_t count) const {
  const Formula &d = sizes_.d, all = all_heads();
  const bool same = d.text() == all.text();
  if (!sizes_.attention_bias) return 4 * count * matrix(d, all);
  if (same) return 4 * count * (squared(d) + d);
  return 4 * count * (d * all) + 3 * count * all + count * d;
}

ShapePart LayerShapes::attention(const Attention& of) const {
  const Formula &d = sizes_.d, all = all_heads(), bias = sizes_.attention_bias ? all : Formula();
  const auto head_map = [&](std::string name, const std::string& part, std::size_t map, const Formula& tokens) {
    return ShapePart{.name = std::move(name),
                     .out = {tokens, all},
                     .formula = matrix(d, all) + bias,
                     .parameters = counts_.take(part, map).parameters,
                     .of_head = d * sizes_.d_k};
  };
  ShapePart maps{.name = "queries, keys, values",
                 .kind = Kind::parallel,
                 .out = {sizes_.tokens, all, Formula("3", 3)},
                 .formula = 3 * (matrix(d, all) + bias)};
  maps.parts = {head_map("W^Q", of.query, 0, sizes_.tokens), head_map("W^K", of.key_value, of.first_key_map, of.keys),
                head_map("W^V", of.key_value, of.first_key_map + 1, of.keys)};
  const ShapePart scores{.name = "softmax(Q Kᵀ / √d_k)", .out = {sizes_.tokens, of.keys, sizes_.h}};
  const ShapePart values{.name = "· V, heads side by side", .out = rows(all)};
  const ShapePart output{.name = "W^O",
                         .out = rows(d),
                         .formula = matrix(all, d) + (sizes_.attention_bias ? d : Formula()),
                         .parameters = counts_.take(of.part + ".output").parameters};
  return {.kind = Kind::branch,
          .out = rows(d),
          .formula = attention_formula(1),
          .parts = {std::move(maps), scores, values, output}};
}

ShapePart LayerShapes::self_attention(const std::string& part) const {
  ShapePart made = attention({part, sizes_.tokens, part + ".query_key_value", part + ".query_key_value", 1});
  made.name = sizes_.memory ? "masked attention" : "attention";
  if (sizes_.memory) made.note = "a token sees itself and those before it";
  if (sizes_.neighbours) made.note = fmt::format("a token sees {} on each side", *sizes_.neighbours);
  return made;
}

ShapePart LayerShapes::cross_attention(const std::string& part) const {
  ShapePart made = attention({part, *sizes_.memory, part + ".query", part + ".key_value", 0});
  made.name = "cross-attention";
  made.note = "keys and values of the encoder's last layer";
  return made;
}

Formula LayerShapes::feed_forward_formula() const { return 2 * (sizes_.d * sizes_.d_ff) + sizes_.d_ff + sizes_.d; }

ShapePart LayerShapes::feed_forward(const std::string& part) const {
  const Formula &d = sizes_.d, &d_ff = sizes_.d_ff;
  const ShapePart widen{.name = "W₁",
                        .out = rows(d_ff),
                        .formula = d * d_ff + d_ff,
                        .parameters = counts_.take(part + ".widen").parameters};
  const ShapePart activation{.name = sizes_.activation, .out = rows(d_ff)};
  const ShapePart narrow{
      .name = "W₂", .out = rows(d), .formula = d_ff * d + d, .parameters = counts_.take(part + ".narrow").parameters};
  return {.name = "feed-forward",
          .kind = Kind::branch,
          .out = rows(d),
          .formula = feed_forward_formula(),
          .parts = {widen, activation, narrow}};
}

void LayerShapes::add_branch(std::vector<ShapePart>& parts, ShapePart branch, const std::string& norm) const {
  if (sizes_.norm == nn::NormPlace::before) {
    branch.formula = branch.formula + 2 * sizes_.d;
    branch.parts.insert(branch.parts.begin(), this->norm(norm));
    parts.push_back(std::move(branch));
  } else {
    parts.push_back(std::move(branch));
    parts.push_back(this->norm(norm));
  }
}

ShapePart LayerShapes::layer(const std::string& name, const std::string& part, std::size_t times) const {
  ShapePart made{.name = name, .kind = Kind::layer, .out = rows(sizes_.d), .times = times};
  const std::uint64_t attentions = sizes_.memory ? 2 : 1;
  made.formula = attention_formula(attentions) + feed_forward_formula() + 2 * (attentions + 1) * sizes_.d;
  add_branch(made.parts, self_attention(part + ".attend"), part + ".attend_norm");
  if (sizes_.memory) add_branch(made.parts, cross_attention(part + ".cross"), part + ".cross_norm");
  add_branch(made.parts, feed_forward(part + ".feed_forward"), part + ".feed_norm");
  return made;
}

}  // namespace mana::models
