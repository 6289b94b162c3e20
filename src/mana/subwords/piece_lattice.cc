#include "mana/subwords/piece_lattice.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mana/text/utf8.h"

namespace mana::subwords {
namespace {

// Probabilities of long words become small: where all that is in sight is below 1 / kLift, it is lifted.
const double kLift = std::ldexp(1.0, 256);
constexpr double kNothing = 1e-280;

std::vector<text::PieceTrie::Piece> numbered(const std::vector<ScoredPiece>& pieces) {
  std::vector<text::PieceTrie::Piece> all;
  all.reserve(pieces.size());
  for (const ScoredPiece& piece : pieces) all.push_back({piece.text, static_cast<text::TokenId>(all.size())});
  return all;
}

}  // namespace

PieceModel::PieceModel(std::vector<ScoredPiece> pieces) : pieces_(std::move(pieces)), trie_(numbered(pieces_)) {
  worst_ = std::numeric_limits<float>::max();
  probabilities_.reserve(pieces_.size());
  for (const ScoredPiece& piece : pieces_) {
    worst_ = std::min(worst_, piece.score);
    probabilities_.push_back(std::exp(static_cast<double>(piece.score)));
  }
  unknown_ = worst_ - kUnknownPenalty;
  unknown_probability_ = std::exp(static_cast<double>(unknown_));
}

void PieceModel::find_edges(std::string_view word, std::vector<Edge>& edges) const {
  edges.clear();
  const char* const end = word.data() + word.size();
  for (std::size_t begin = 0; begin < word.size();) {
    const std::size_t next = begin + text::code_point_size(word[begin]);
    bool known = false;
    const auto add = [&](std::size_t behind, std::uint32_t piece, bool unknown) {
      edges.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(behind), piece, unknown});
    };
    trie_.for_each_prefix(word.data() + begin, end, [&](text::TokenId id, const char* behind) {
      const auto to = static_cast<std::size_t>(behind - word.data());
      known = known || to == next;
      add(to, static_cast<std::uint32_t>(id), false);
    });
    if (!known) add(next, 0, true);
    begin = next;
  }
}

void PieceLattice::add_expected(std::string_view word, double count, std::span<double> expected) {
  model_.find_edges(word, edges_);
  const std::size_t n = word.size();
  alpha_.assign(n + 1, 0);
  beta_.assign(n + 1, 0);
  lifts_.assign(n + 1, 0);

  // alpha(i) = alpha_[i] kLift^-lifts_[i]
  alpha_[0] = 1;
  std::size_t reach = 0;
  std::int32_t lifts = 0;
  for (std::size_t i = 0; i < edges_.size();) {
    const std::size_t begin = edges_[i].begin;
    if (alpha_[begin] < 1 / kLift) {
      const auto in_sight = std::span(alpha_).subspan(begin, std::max(reach, begin) + 1 - begin);
      if (*std::ranges::max_element(in_sight) < 1 / kLift) {
        for (double& alpha : in_sight) alpha *= kLift;
        ++lifts;
      }
    }
    lifts_[begin] = lifts;
    for (; i < edges_.size() && edges_[i].begin == begin; ++i) {
      alpha_[edges_[i].end] += alpha_[begin] * model_.probability(edges_[i]);
      reach = std::max<std::size_t>(reach, edges_[i].end);
    }
  }
  lifts_[n] = lifts;

  // beta(i) = beta_[i] kLift^(lifts_[i] - lifts_[n])
  beta_[n] = 1;
  const double scale = count / alpha_[n];
  for (std::size_t i = edges_.size(); i-- > 0;) {
    const PieceModel::Edge& edge = edges_[i];
    if (alpha_[edge.begin] < kNothing) continue;
    double way = model_.probability(edge) * beta_[edge.end];
    for (std::int32_t lift = lifts_[edge.begin]; lift < lifts_[edge.end]; ++lift) way *= kLift;
    beta_[edge.begin] += way;
    expected[edge.piece] += alpha_[edge.begin] * way * scale;
  }
}

float PieceLattice::best_cut(std::string_view word, std::vector<PieceModel::Edge>& best, std::int64_t without) {
  model_.find_edges(word, edges_);
  constexpr std::uint32_t kNowhere = UINT32_MAX;
  best_.assign(word.size() + 1, 0);
  from_.assign(word.size() + 1, kNowhere);
  for (std::uint32_t i = 0; i < edges_.size(); ++i) {
    const PieceModel::Edge& edge = edges_[i];
    if (edge.begin != 0 && from_[edge.begin] == kNowhere) continue;
    if (edge.begin == 0 && edge.end == word.size() && edge.piece == without) continue;
    const float score = best_[edge.begin] + model_.score(edge);
    if (from_[edge.end] != kNowhere && !(score > best_[edge.end])) continue;
    best_[edge.end] = score;
    from_[edge.end] = i;
  }
  best.clear();
  if (from_[word.size()] == kNowhere) return -std::numeric_limits<float>::infinity();
  for (std::size_t at = word.size(); at > 0; at = edges_[from_[at]].begin) best.push_back(edges_[from_[at]]);
  std::ranges::reverse(best);
  return best_[word.size()];
}

}  // namespace mana::subwords
