#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "mana/models/shape/counted_parts.h"
#include "mana/models/shape/model_shape.h"
#include "mana/nn/residual.h"

namespace mana::models {

/// The sizes of a stack of layers (Vaswani et al. 2017, section 3), and what its layers are.
struct StackSizes {
  Formula tokens = {};  ///< N, of what goes through it
  Formula d = {};
  Formula h = {};
  Formula d_k = {};
  Formula d_ff = {};
  bool attention_bias = true;
  nn::NormPlace norm = nn::NormPlace::behind;
  std::string activation = "relu";
  std::optional<std::size_t> neighbours = {};  ///< as far as self-attention sees; none: all
  std::optional<Formula> memory = {};          ///< tokens of the memory that its layers read: it is a decoder's then
};

/// Puts the parts of a stack's layers together, each with its formula, and its parameters as they are counted.
class LayerShapes {
 public:
  LayerShapes(const StackSizes& sizes, CountedParts& counts) : sizes_(sizes), counts_(counts) {}

  /// A layer, `times` of them; the names of its parts are those of the first, "encoder.0".
  ShapePart layer(const std::string& name, const std::string& part, std::size_t times) const;
  /// 2d
  ShapePart norm(const std::string& part) const;

 private:
  struct Attention {
    std::string part;
    Formula keys;  ///< N of what is looked at
    std::string query, key_value;
    std::size_t first_key_map;  ///< of `key_value`
  };

  ShapePart attention(const Attention& of) const;
  ShapePart self_attention(const std::string& part) const;
  ShapePart cross_attention(const std::string& part) const;
  ShapePart feed_forward(const std::string& part) const;
  /// 4(d² + d) of each of so many
  Formula attention_formula(std::uint64_t count) const;
  Formula feed_forward_formula() const;

  /// A branch and its norm, in the order in which they come.
  void add_branch(std::vector<ShapePart>& parts, ShapePart branch, const std::string& norm) const;
  /// h·d_k, which is d where the heads share the width out
  Formula all_heads() const;
  Flow rows(const Formula& columns) const { return {sizes_.tokens, columns}; }

  const StackSizes& sizes_;
  CountedParts& counts_;
};

/// d²  or  a·b
Formula matrix(const Formula& a, const Formula& b);

}  // namespace mana::models
