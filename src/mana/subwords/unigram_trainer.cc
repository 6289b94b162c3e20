#include "mana/subwords/unigram_trainer.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <tuple>
#include <unordered_map>

#include "mana/subwords/piece_lattice.h"
#include "mana/subwords/sentence_room.h"
#include "mana/text/utf8.h"

namespace mana::subwords {
namespace {

// Each has sums of its own, which are added in order: more would cost memory, fewer would leave threads idle.
constexpr unsigned kBlocks = 16;
constexpr double kFewestExpected = 0.5;        // what is expected less often goes
constexpr double kMoreThanWanted = 1.1;        // where the rounds end
constexpr float kMissingLetterStep = 0.0001F;  // between letters that have no score of their own

// psi(x), by its recurrence up to 7 and then by an asymptotic series in 1 / (x - 1/2).
double digamma(double x) {
  double result = 0;
  for (; x < 7; ++x) result -= 1 / x;
  x -= 0.5;
  const double r = 1 / (x * x);
  return result + std::log(x) + r / 24 - 7 * r * r / 960 + 31 * r * r * r / 8064 - 127 * r * r * r * r / 30720;
}

template <class Work>
void for_each_block(std::size_t count, Team& team, Work&& work) {
  std::atomic<unsigned> next = 0;
  team.run([&](unsigned) {
    for (unsigned block; (block = next.fetch_add(1)) < kBlocks;) work(block, part_of(count, block, kBlocks));
  });
}

class UnigramTrainer {
 public:
  UnigramTrainer(const SentenceWords& words, const UnigramSettings& settings, Team& team)
      : words_(words),
        settings_(settings),
        team_(team),
        wanted_(static_cast<std::size_t>(static_cast<double>(settings.pieces) * kMoreThanWanted)) {}

  std::vector<ScoredPiece> operator()(const std::function<void(std::size_t)>& round) {
    std::vector<ScoredPiece> pieces = seed_pieces(words_, settings_.rules, settings_.seeds, team_);
    if (round) round(pieces.size());
    do {
      for (unsigned i = 0; i < settings_.iterations && !pieces.empty(); ++i) {
        const PieceModel model(std::move(pieces));
        pieces = maximised(model, expected_counts(model));
      }
      const PieceModel model(std::move(pieces));
      pieces = pruned(model);
      if (round) round(pieces.size());
    } while (pieces.size() > wanted_);
    return chosen(without_hidden(PieceModel(std::move(pieces))));
  }

 private:
  std::vector<double> expected_counts(const PieceModel& model) const {
    std::vector<std::vector<double>> sums(kBlocks);
    for_each_block(words_.words.size(), team_, [&](unsigned block, Part part) {
      sums[block].assign(model.pieces().size(), 0);
      PieceLattice lattice(model);
      for (std::size_t i = part.begin; i < part.end; ++i) {
        const SentenceWords::Word& word = words_.words[i];
        lattice.add_expected(word.text, static_cast<double>(word.count), sums[block]);
      }
    });
    for_each_block(model.pieces().size(), team_, [&](unsigned, Part part) {
      for (unsigned block = 1; block < kBlocks; ++block) {
        for (std::size_t piece = part.begin; piece < part.end; ++piece) sums[0][piece] += sums[block][piece];
      }
    });
    return std::move(sums[0]);
  }

  static std::vector<ScoredPiece> maximised(const PieceModel& model, const std::vector<double>& expected) {
    double sum = 0;
    for (const double count : expected) sum += count < kFewestExpected ? 0 : count;
    std::vector<ScoredPiece> pieces;
    pieces.reserve(expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (expected[i] < kFewestExpected) continue;
      pieces.push_back({model.pieces()[i].text, static_cast<float>(digamma(expected[i]) - digamma(sum))});
    }
    return pieces;
  }

  // How often each piece stands in the likeliest cuts of all words.
  std::vector<std::uint64_t> counts_of_best_cuts(const PieceModel& model) const {
    std::vector<std::atomic<std::uint64_t>> counts(model.pieces().size());  // whole numbers: in any order the same
    for_each_block(words_.words.size(), team_, [&](unsigned, Part part) {
      PieceLattice lattice(model);
      std::vector<PieceModel::Edge> cut;
      for (std::size_t i = part.begin; i < part.end; ++i) {
        lattice.best_cut(words_.words[i].text, cut);
        for (const PieceModel::Edge& edge : cut) {
          counts[edge.piece].fetch_add(words_.words[i].count, std::memory_order_relaxed);
        }
      }
    });
    return {counts.begin(), counts.end()};
  }

  // What a piece is cut into without itself, and that cut's score.
  struct NextBest {
    std::vector<PieceModel::Edge> cut;
    float score = 0;
  };
  std::vector<NextBest> next_best_cuts(const PieceModel& model) const {
    std::vector<NextBest> result(model.pieces().size());
    for_each_block(result.size(), team_, [&](unsigned, Part part) {
      PieceLattice lattice(model);
      for (std::size_t i = part.begin; i < part.end; ++i) {
        result[i].score = lattice.best_cut(model.pieces()[i].text, result[i].cut, static_cast<std::int64_t>(i));
      }
    });
    return result;
  }

  std::vector<ScoredPiece> pruned(const PieceModel& model) const {
    const std::vector<ScoredPiece>& pieces = model.pieces();
    const std::vector<NextBest> next_best = next_best_cuts(model);
    const std::vector<std::uint64_t> counts = counts_of_best_cuts(model);
    double sum = 0;
    for (const std::uint64_t count : counts) sum += static_cast<double>(count);

    struct Loss {
      std::size_t piece;
      float loss;
    };
    std::vector<ScoredPiece> kept;
    std::vector<Loss> losses;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const NextBest& other = next_best[i];
      if (counts[i] == 0 || other.score > pieces[i].score) continue;  // nothing is cut into it
      if (other.cut.empty()) {
        kept.push_back(pieces[i]);
        continue;
      }
      const auto f = static_cast<double>(counts[i]);
      const double sum_without = sum + f * static_cast<double>(other.cut.size() - 1);
      double other_score = 0;
      for (const PieceModel::Edge& edge : other.cut) {
        other_score += std::log(static_cast<double>(counts[edge.piece]) + f) - std::log(sum_without);
      }
      losses.push_back({i, static_cast<float>(f / sum * (std::log(f) - std::log(sum) - other_score))});
    }
    std::ranges::sort(
        losses, [](const Loss& a, const Loss& b) { return std::tie(b.loss, a.piece) < std::tie(a.loss, b.piece); });
    const std::size_t most =
        std::max(wanted_, static_cast<std::size_t>(settings_.shrinking_factor * static_cast<double>(pieces.size())));
    for (const Loss& loss : losses) {
      if (kept.size() >= most) break;
      kept.push_back(pieces[loss.piece]);
    }
    return kept;
  }

  // But for pieces that no cut has, since a cut of theirs is likelier than they are.
  std::vector<ScoredPiece> without_hidden(const PieceModel& model) const {
    const std::vector<NextBest> next_best = next_best_cuts(model);
    std::vector<ScoredPiece> kept;
    for (std::size_t i = 0; i < next_best.size(); ++i) {
      if (!(next_best[i].score > model.pieces()[i].score)) kept.push_back(model.pieces()[i]);
    }
    return kept;
  }

  // The alphabet, then the likeliest pieces. A letter that has gone is a little likelier than the worst piece.
  std::vector<ScoredPiece> chosen(const std::vector<ScoredPiece>& pieces) const {
    std::unordered_map<std::string_view, float> scores;
    float worst = 0;
    for (const ScoredPiece& piece : pieces) {
      scores.emplace(piece.text, piece.score);
      worst = std::min(worst, piece.score);
    }
    std::vector<ScoredPiece> result;
    std::unordered_map<std::string, bool> taken;
    float step = 0;
    for (const SentenceWords::Letter& letter : words_.alphabet) {
      char bytes[4];
      const std::string text(bytes, text::encode(letter.c, bytes));
      const auto known = scores.find(text);
      result.push_back({text, known != scores.end() ? known->second : worst + step});
      if (known == scores.end()) step += kMissingLetterStep;
      taken.emplace(text, true);
    }
    const auto likelier = [](const ScoredPiece& a, const ScoredPiece& b) {
      return std::tie(b.score, a.text) < std::tie(a.score, b.text);
    };
    std::vector<ScoredPiece> rest = pieces;
    std::ranges::sort(rest, likelier);
    const std::size_t room = settings_.pieces - settings_.special;
    for (ScoredPiece& piece : rest) {
      if (result.size() >= room) break;
      if (!taken.contains(piece.text)) result.push_back(std::move(piece));
    }
    std::ranges::sort(result, likelier);
    return result;
  }

  const SentenceWords& words_;
  const UnigramSettings& settings_;
  Team& team_;
  std::size_t wanted_;
};

}  // namespace

std::vector<ScoredPiece> train_unigram(const SentenceWords& words, const UnigramSettings& settings, Team& team,
                                       const std::function<void(std::size_t pieces)>& round) {
  require_room(words, settings.special, settings.pieces);
  std::vector<ScoredPiece> pieces = UnigramTrainer(words, settings, team)(round);
  require_reached(settings.special + pieces.size(), settings.pieces);
  return pieces;
}

}  // namespace mana::subwords
