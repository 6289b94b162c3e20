#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "mana/generate/beam_search.h"
#include "mana/generate/sampled_search.h"

namespace mana::generate {

/// A search for what follows one text, as the options want it: ranked or drawn.
class Search {
 public:
  Search(const Options& options, Token end, std::uint64_t text, std::span<const Token> prefix)
      : kind_(kind(options, end, text, prefix)) {}

  bool finished() const {
    return std::visit([](const auto& search) { return search.finished(); }, kind_);
  }
  std::size_t rows() const {
    return std::visit([](const auto& search) { return search.rows(); }, kind_);
  }
  std::span<const Token> tokens(std::size_t row) const {
    return std::visit([&](const auto& search) { return search.tokens(row); }, kind_);
  }
  std::optional<Token> forced() const {
    return std::visit([](const auto& search) { return search.forced(); }, kind_);
  }
  Question question(std::size_t row) const {
    return std::visit([&](const auto& search) { return search.question(row); }, kind_);
  }
  std::span<const std::uint32_t> parents() const {
    return std::visit([](const auto& search) { return search.parents(); }, kind_);
  }
  std::vector<Hypothesis> result() const {
    return std::visit([](const auto& search) { return search.result(); }, kind_);
  }
  void advance(std::span<const Candidates> candidates, std::span<const std::span<const float>> attention = {}) {
    std::visit([&](auto& search) { search.advance(candidates, attention); }, kind_);
  }

 private:
  using Kind = std::variant<BeamSearch, SampledSearch>;
  static Kind kind(const Options& options, Token end, std::uint64_t text, std::span<const Token> prefix) {
    if (options.sampling) return SampledSearch(options, end, text, prefix);
    return BeamSearch(options, end, prefix);
  }

  Kind kind_;
};

}  // namespace mana::generate
