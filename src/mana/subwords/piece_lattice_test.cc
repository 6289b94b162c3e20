#include "mana/subwords/piece_lattice.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace mana::subwords {
namespace {

std::vector<ScoredPiece> random_pieces(std::mt19937& random) {
  std::vector<ScoredPiece> pieces;
  for (const char* text : {"a", "b", "ab", "ba", "aab", "bbb", "abab", "aaaa"}) {
    if (random() % 3 != 0 || pieces.empty()) {
      pieces.push_back({text, -1 - static_cast<float>(random() % 1000) / 100});
    }
  }
  return pieces;
}

// Every way to cut [at, end) of the word, one after the other.
template <class Visit>
void for_each_cut(const PieceModel& model, const std::vector<PieceModel::Edge>& edges, std::size_t at, std::size_t end,
                  std::vector<PieceModel::Edge>& cut, Visit&& visit) {
  if (at == end) return visit();
  for (const PieceModel::Edge& edge : edges) {
    if (edge.begin != at) continue;
    cut.push_back(edge);
    for_each_cut(model, edges, edge.end, end, cut, visit);
    cut.pop_back();
  }
}

TEST(PieceLattice, ExpectsWhatAllCutsTogetherSay) {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    const PieceModel model(random_pieces(random));
    std::string word(1 + random() % 9, 'a');
    for (char& letter : word) letter = "abc"[random() % (round % 4 == 0 ? 3 : 2)];
    std::vector<PieceModel::Edge> edges, cut, best;
    model.find_edges(word, edges);
    double all = 0, highest = -std::numeric_limits<double>::infinity();
    std::vector<double> expected(model.pieces().size());
    const auto score = [&] {
      double sum = 0;
      for (const PieceModel::Edge& edge : cut) sum += static_cast<double>(model.score(edge));
      return sum;
    };
    for_each_cut(model, edges, 0, word.size(), cut, [&] {
      all += std::exp(score());
      highest = std::max(highest, score());
    });
    for_each_cut(model, edges, 0, word.size(), cut, [&] {
      for (const PieceModel::Edge& edge : cut) expected[edge.piece] += 3 * std::exp(score()) / all;
    });
    std::vector<double> sums(expected.size());
    PieceLattice lattice(model);
    lattice.add_expected(word, 3, sums);
    for (std::size_t i = 0; i < sums.size(); ++i) ASSERT_NEAR(sums[i], expected[i], 1e-9) << word;
    ASSERT_NEAR(lattice.best_cut(word, best), highest, 1e-4) << word;
    cut = best;
    ASSERT_NEAR(score(), highest, 1e-4);
  }
}

double log_add(double a, double b) {
  if (a < b) std::swap(a, b);
  return std::isinf(b) ? a : a + std::log1p(std::exp(b - a));
}

// Long words, whose probabilities no number can hold: against sums of logarithms.
TEST(PieceLattice, LongWordsAreNoTrouble) {
  std::mt19937 random(6);
  for (const std::size_t size : {100U, 3000U, 20'000U}) {
    std::vector<ScoredPiece> pieces = random_pieces(random);
    pieces.push_back({std::string(64, 'a'), -3});
    const PieceModel model(std::move(pieces));
    std::string word;
    while (word.size() < size)
      word += random() % 2 == 0 ? std::string(70, 'a') : std::string(1 + random() % 40, "abc"[random() % 3]);
    std::vector<PieceModel::Edge> edges;
    model.find_edges(word, edges);
    const double nothing = -std::numeric_limits<double>::infinity();
    std::vector<double> alpha(word.size() + 1, nothing), beta(word.size() + 1, nothing),
        expected(model.pieces().size());
    alpha[0] = beta[word.size()] = 0;
    for (const auto& edge : edges) {
      alpha[edge.end] = log_add(alpha[edge.end], alpha[edge.begin] + static_cast<double>(model.score(edge)));
    }
    for (std::size_t i = edges.size(); i-- > 0;) {
      const auto& edge = edges[i];
      beta[edge.begin] = log_add(beta[edge.begin], beta[edge.end] + static_cast<double>(model.score(edge)));
    }
    for (const auto& edge : edges) {
      expected[edge.piece] +=
          std::exp(alpha[edge.begin] + static_cast<double>(model.score(edge)) + beta[edge.end] - beta[0]);
    }
    std::vector<double> sums(expected.size());
    PieceLattice(model).add_expected(word, 1, sums);
    for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_NEAR(sums[i], expected[i], 1e-6 * (1 + expected[i])) << size;
  }
}

TEST(PieceLattice, APieceIsLeftOutWhereItIsTheWholeWord) {
  const PieceModel model({{"a", -2}, {"b", -3}, {"ab", -1}});
  std::vector<PieceModel::Edge> cut;
  PieceLattice lattice(model);
  EXPECT_FLOAT_EQ(lattice.best_cut("ab", cut), -1);
  EXPECT_FLOAT_EQ(lattice.best_cut("ab", cut, 2), -5);
  EXPECT_EQ(cut.size(), 2U);
  EXPECT_TRUE(std::isinf(lattice.best_cut("a", cut, 0)));
  EXPECT_TRUE(cut.empty());
}

}  // namespace
}  // namespace mana::subwords
