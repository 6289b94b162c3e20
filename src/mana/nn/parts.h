#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace mana::nn {

/// Where a part stands in its model.
struct Place {
  std::string name;       ///< with dots: "layers.3.attend.output"
  std::size_t depth = 0;  ///< how many layers of a stack lie below it, itself included: 0 of embeddings, 4 of layers.3
  bool by_token = false;  ///< a table of which a step looks up few rows, those of its tokens
};

/// Said of a list of layers that are computed one after the other: each is deeper than the one before it.
struct Stack {};

/// Said of a table that has a row for each token of a vocabulary.
struct ByToken {};

/// Goes through the parts of a model down to those that hold weights (Linear, LayerNorm, EmbeddingTable). A layer that
/// is put together of others lists them by name, once, for all who read, write, train, pack or count weights:
///
///   static void parts(auto& self, auto&& visit) {
///     visit("word", self.word, ByToken());
///     visit("layers", self.layers, Stack());
///   }
///
/// A vector's elements are named by their number; an optional that is empty has no parts; a variant's are those of what
/// it holds. A part without a name of its own ("") adds nothing to those of its parts.
template <class Visit>
class Walk {
 public:
  explicit Walk(Visit& visit) : visit_(visit) {}

  template <class Part>
  void operator()(std::string_view name, Part& part) {
    const std::size_t end = place_.name.size();
    if (!place_.name.empty() && !name.empty()) place_.name += '.';
    place_.name += name;
    enter(part);
    place_.name.resize(end);
  }

  template <class Layers>
  void operator()(std::string_view name, Layers& layers, Stack) {
    stacked_ = true;
    (*this)(name, layers);
    ++place_.depth;  // what comes behind the stack
  }

  template <class Table>
  void operator()(std::string_view name, Table& table, ByToken) {
    place_.by_token = true;
    (*this)(name, table);
    place_.by_token = false;
  }

  /// That of a part behind all others.
  std::size_t depth() const { return place_.depth; }

 private:
  template <class Part>
  void enter(Part& part) {
    if constexpr (requires { std::remove_const_t<Part>::parts(part, *this); }) {
      std::remove_const_t<Part>::parts(part, *this);
    } else {
      visit_(std::as_const(place_), part);
    }
  }
  template <class Part>
  void enter(std::vector<Part>& list) {
    enter_list(list);
  }
  template <class Part>
  void enter(const std::vector<Part>& list) {
    enter_list(list);
  }
  template <class Part>
  void enter(std::optional<Part>& part) {
    if (part) enter(*part);
  }
  template <class Part>
  void enter(const std::optional<Part>& part) {
    if (part) enter(*part);
  }
  template <class... Kinds>
  void enter(std::variant<Kinds...>& part) {
    std::visit([&](auto& kind) { enter(kind); }, part);
  }
  template <class... Kinds>
  void enter(const std::variant<Kinds...>& part) {
    std::visit([&](const auto& kind) { enter(kind); }, part);
  }

  void enter_list(auto& list) {
    const bool stacked = std::exchange(stacked_, false);
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (stacked) ++place_.depth;
      (*this)(std::to_string(i), list[i]);
    }
  }

  Visit& visit_;
  Place place_;
  bool stacked_ = false;
};

/// Calls visit(place, part) for every part of the model that holds weights, in the order in which layers list them. The
/// model may be const; then the parts are. Returns the depth behind the last part: one more than there are layers
/// in its stacks, or 0 without any.
template <class Model, class Visit>
std::size_t walk(Model& model, Visit&& visit) {
  Walk<std::remove_reference_t<Visit>> steps(visit);
  steps("", model);
  return steps.depth();
}

}  // namespace mana::nn
