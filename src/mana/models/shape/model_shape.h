#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mana/models/shape/formula.h"

namespace mana::models {

/// What goes from one part to the next: a tensor of so many rows and columns, or as many of them.
struct Flow {
  Formula rows = {};     ///< N of a source, M of a target
  Formula columns = {};  ///< empty: rows alone, as tokens are
  Formula times = {};

  std::string text() const;  ///< "N × d"
  std::uint64_t numbers() const;
};

/// A part of a model: what it is called, what goes out of it and how many parameters it has, counted and by formula.
struct ShapePart {
  enum class Kind : std::uint8_t {
    map,       ///< holds weights itself, or is an operation without any
    sequence,  ///< its parts one after the other
    layer,     ///< the same, a layer of a stack
    branch,    ///< the same with a residual connection around them: what goes in is added to what comes out
    parallel,  ///< its parts side by side, each of what goes in
  };

  std::string name = {};  ///< "attention", "W^Q"
  Kind kind = Kind::map;
  Flow out = {};
  Formula formula = {};          ///< of its parameters, once; empty where it has none
  std::uint64_t parameters = 0;  ///< counted from the tensors of the real model's parts, once
  std::size_t times = 1;         ///< so many of them, one after the other
  Formula of_head = {};          ///< of a map that all heads share out: a head's matrix
  std::string tied = {};         ///< of whose weights its own are: "source embeddings"
  std::string note = {};         ///< the operation: "softmax(Q Kᵀ / √d_k) V"
  std::vector<ShapePart> parts = {};
};

/// Its parameters by the formula, and counted from its parts down to those that hold weights, as often as they are.
std::uint64_t by_formula(const ShapePart& part);
std::uint64_t counted(const ShapePart& part);

/// What a symbol of the formulas stands for.
struct ShapeSymbol {
  std::string symbol;
  std::uint64_t value = 0;
  std::string meaning;
};

/// What holds a place in a model that full connections could hold as well, for N tokens of width d.
struct FullForm {
  std::string name;
  Formula formula;
};

/// A model as it is before it has weights.
struct ModelShape {
  std::string title;  ///< "an encoder–decoder of 6 + 6 layers"
  std::vector<ShapeSymbol> symbols;
  /// One column of parts, or two side by side: the encoder's, whose last flow every layer of the decoder reads, and the
  /// decoder's.
  std::vector<std::vector<ShapePart>> columns;
  std::vector<FullForm> full_forms;

  std::uint64_t parameters() const;        ///< counted
  std::uint64_t layer_parameters() const;  ///< of all layers
};

/// softmax(A W) with A = Y Yᵀ and W [N, N]; Y as one vector of N·d numbers, mapped to as many; attention without
/// biases.
std::vector<FullForm> full_forms(const Formula& tokens, const Formula& width);

}  // namespace mana::models
