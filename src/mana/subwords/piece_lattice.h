#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "mana/subwords/seed_pieces.h"
#include "mana/text/piece_trie.h"

namespace mana::subwords {

/// The pieces of a unigram model with their log-probabilities, and all ways to cut a word into them.
class PieceModel {
 public:
  /// What SentencePiece takes from the worst piece for a character that is none.
  static constexpr float kUnknownPenalty = 10;

  explicit PieceModel(std::vector<ScoredPiece> pieces);
  PieceModel(const PieceModel&) = delete;
  PieceModel& operator=(const PieceModel&) = delete;

  const std::vector<ScoredPiece>& pieces() const { return pieces_; }
  float worst_score() const { return worst_; }

  /// A piece within a word, by the places of its bytes.
  struct Edge {
    std::uint32_t begin, end;
    std::uint32_t piece;
    bool unknown;  ///< a character that no piece stands for; it counts as the first piece, as in SentencePiece
  };
  float score(const Edge& edge) const { return edge.unknown ? unknown_ : pieces_[edge.piece].score; }
  double probability(const Edge& edge) const {
    return edge.unknown ? unknown_probability_ : probabilities_[edge.piece];
  }

  /// All edges of a word by their begins, those of one begin by their ends.
  void find_edges(std::string_view word, std::vector<Edge>& edges) const;

 private:
  std::vector<ScoredPiece> pieces_;
  std::vector<double> probabilities_;
  float worst_ = 0, unknown_ = 0;
  double unknown_probability_ = 0;
  text::PieceTrie trie_;
};

/// The lattice of one word after the other. It keeps its memory.
class PieceLattice {
 public:
  explicit PieceLattice(const PieceModel& model) : model_(model) {}

  /// Adds to `expected`, by piece, how often it is to be expected in `count` such words (Kudo 2018, section 3.2):
  ///
  ///   E[x] = count  sum over edges (b, e) of piece x of  alpha(b) p(x) beta(e) / alpha(n)
  ///   alpha(e) = sum_b alpha(b) p(b, e),  beta(b) = sum_e p(b, e) beta(e),  alpha(0) = beta(n) = 1
  void add_expected(std::string_view word, double count, std::span<double> expected);

  /// The likeliest pieces of the word, but for `without` where it is the whole word; of ways that are alike the one
  /// whose last piece is longest. Their score, and the edges in order.
  float best_cut(std::string_view word, std::vector<PieceModel::Edge>& best, std::int64_t without = -1);

 private:
  const PieceModel& model_;
  std::vector<PieceModel::Edge> edges_;
  std::vector<double> alpha_, beta_;
  std::vector<std::int32_t> lifts_;
  std::vector<float> best_;
  std::vector<std::uint32_t> from_;
};

}  // namespace mana::subwords
