#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mana/generate/candidates.h"
#include "mana/generate/hypothesis.h"

namespace mana::generate {

/// Beam search for what follows one text (Freitag and Al-Onaizan 2017, arXiv:1702.01806), as CTranslate2 4.8 defines
/// it. In each step all hypotheses with all tokens that may follow them are ranked by Σ log p, and 2 · beam are looked
/// at. Of the first `beam`, those that end are set aside and their places go to the next that do not end; with
/// round(beam · patience) set aside (Kasai et al. 2022, arXiv:2204.05424) the search is over. Without penalties it is
/// over as soon as the first of all has ended, and as many as are wanted. Those set aside are ranked by
///
///   Σ log p / lengthᵅ + β Σ_source log min(1, Σ_steps attention)          (Wu et al. 2016, arXiv:1609.08144)
///
/// where the length counts the end. A beam of 1 is greedy search.
class BeamSearch {
 public:
  /// `prefix`: tokens that every hypothesis begins with, whose probability does not count.
  BeamSearch(const Options& options, Token end, std::span<const Token> prefix = {});

  bool finished() const { return finished_; }
  /// Hypotheses that are followed; one at first. None where the search is over.
  std::size_t rows() const { return rows_.size(); }
  std::span<const Token> tokens(std::size_t row) const { return rows_[row].tokens; }
  /// The token that follows, where that is certain: nothing need be asked.
  std::optional<Token> forced() const;
  Question question(std::size_t row) const;

  /// One step. `candidates`: of each row, unless a token is forced. `attention`: how much each row looks at each token
  /// of the source, where Options::needs_attention().
  void advance(std::span<const Candidates> candidates, std::span<const std::span<const float>> attention = {});
  /// Which row each row goes on from.
  std::span<const std::uint32_t> parents() const { return parents_; }

  /// The best first. After the end.
  std::vector<Hypothesis> result() const;

 private:
  struct Row {
    std::vector<Token> tokens;
    std::vector<float> steps = {};
    double log_probability = 0;
    std::vector<float> attention = {};  ///< [steps, source tokens]
  };
  struct Ranked {
    std::uint32_t row;
    Token token;
    double log_probability;
  };

  std::vector<Ranked> rank(std::span<const Candidates> candidates) const;
  Row extended(const Ranked& by, std::span<const std::span<const float>> attention) const;
  void set_aside(Row row, Ending ending, std::size_t length);

  const Options* options_;
  Token end_;
  std::vector<Token> prefix_;
  std::size_t step_ = 0;
  bool finished_ = false;
  bool first_has_ended_ = false;
  std::vector<Row> rows_;
  std::vector<std::uint32_t> parents_;
  std::vector<Hypothesis> hypotheses_;
};

}  // namespace mana::generate
