#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mana/generate/candidates.h"
#include "mana/generate/hypothesis.h"

namespace mana::generate {

/// Which of some candidates is drawn by a number u in [0, 1): the first whose probability, with those of the likelier
/// ones, is beyond u, when p ∝ exp(log p / T) of those that `sampling` leaves. There is at least one candidate.
std::size_t draw(Candidates candidates, const Sampling& sampling, double u);

/// Draws what follows one text, as often as hypotheses are wanted; each goes its way by itself. They are ranked by the
/// model's own log p.
class SampledSearch {
 public:
  /// `text`: a number that stands for it, a part of the key of what is drawn.
  SampledSearch(const Options& options, Token end, std::uint64_t text, std::span<const Token> prefix = {});

  bool finished() const { return rows_.empty(); }
  std::size_t rows() const { return rows_.size(); }
  std::span<const Token> tokens(std::size_t row) const { return rows_[row].tokens; }
  std::optional<Token> forced() const;
  Question question(std::size_t row) const;
  void advance(std::span<const Candidates> candidates, std::span<const std::span<const float>> attention = {});
  std::span<const std::uint32_t> parents() const { return parents_; }
  std::vector<Hypothesis> result() const;

 private:
  struct Row {
    std::uint64_t number;  ///< of the hypothesis
    std::vector<Token> tokens;
    std::vector<float> steps = {};
    double log_probability = 0;
    std::vector<float> attention = {};  ///< [steps, source tokens]
  };

  void set_aside(Row row, Ending ending, std::size_t length);

  const Options* options_;
  Token end_;
  std::uint64_t key_;
  std::vector<Token> prefix_;
  std::size_t step_ = 0;
  std::vector<Row> rows_;
  std::vector<std::uint32_t> parents_;
  std::vector<Hypothesis> hypotheses_;
};

}  // namespace mana::generate
