#include "mana/generate/beam_search.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "mana/generate/constraints.h"

namespace mana::generate {
namespace {

/// Σ_source log min(1, Σ_steps attention); what has never been looked at does not count.   attention: [steps, source]
double log_coverage(std::span<const float> attention, std::size_t steps) {
  if (steps == 0) return 0;
  const std::size_t source = attention.size() / steps;
  double sum = 0;
  for (std::size_t token = 0; token < source; ++token) {
    float seen = 0;
    for (std::size_t step = 0; step < steps; ++step) seen += attention[step * source + token];
    if (seen > 0) sum += std::log(std::min(double{seen}, 1.0));
  }
  return sum;
}

}  // namespace

BeamSearch::BeamSearch(const Options& options, Token end, std::span<const Token> prefix)
    : options_(&options), end_(end), prefix_(prefix.begin(), prefix.end()), rows_(1) {}

std::optional<Token> BeamSearch::forced() const {
  if (step_ < prefix_.size()) return prefix_[step_];
  return std::nullopt;
}

Question BeamSearch::question(std::size_t row) const {
  return {2 * options_->beam, forbidden_after(rows_[row].tokens, *options_, end_)};
}

std::vector<BeamSearch::Ranked> BeamSearch::rank(std::span<const Candidates> candidates) const {
  if (const std::optional<Token> token = forced()) return {{0, *token, rows_.front().log_probability}};
  std::vector<Ranked> ranked;
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    for (const Candidate& candidate : candidates[row]) {
      ranked.push_back(
          {static_cast<std::uint32_t>(row), candidate.token, rows_[row].log_probability + candidate.log_probability});
    }
  }
  // As likely: the earlier row, the lower token.
  std::ranges::sort(ranked, [](const Ranked& a, const Ranked& b) {
    return std::tuple(-a.log_probability, a.row, a.token) < std::tuple(-b.log_probability, b.row, b.token);
  });
  if (!prefix_.empty() && step_ == prefix_.size()) {
    // What a prefix leads to is not over at once, unless that is likeliest.
    const auto ends = [&](const Ranked& candidate) { return candidate.token == end_; };
    if (!ranked.empty()) ranked.erase(std::remove_if(ranked.begin() + 1, ranked.end(), ends), ranked.end());
  }
  ranked.resize(std::min(ranked.size(), 2 * options_->beam));
  return ranked;
}

BeamSearch::Row BeamSearch::extended(const Ranked& by, std::span<const std::span<const float>> attention) const {
  Row row = rows_[by.row];
  row.tokens.push_back(by.token);
  row.steps.push_back(static_cast<float>(by.log_probability - row.log_probability));
  row.log_probability = by.log_probability;
  if (options_->needs_attention()) {
    const std::span<const float> looks = attention[by.row];
    row.attention.insert(row.attention.end(), looks.begin(), looks.end());
  }
  return row;
}

void BeamSearch::set_aside(Row row, Ending ending, std::size_t length) {
  double score = row.log_probability / std::pow(static_cast<double>(length), options_->length_penalty);
  if (options_->coverage_penalty != 0) {
    score += options_->coverage_penalty * log_coverage(row.attention, row.steps.size());
  }
  if (!options_->alignment) row.attention.clear();
  hypotheses_.push_back(
      {std::move(row.tokens), std::move(row.steps), row.log_probability, score, ending, std::move(row.attention)});
}

void BeamSearch::advance(std::span<const Candidates> candidates, std::span<const std::span<const float>> attention) {
  const std::vector<Ranked> ranked = rank(candidates);
  const bool last = step_ + 1 == options_->max_length;
  std::vector<Row> next;
  std::vector<std::uint32_t> parents;
  const auto follow = [&](const Ranked& candidate) {
    next.push_back(extended(candidate, attention));
    parents.push_back(candidate.row);
  };
  const bool may_end = step_ >= prefix_.size();
  const auto ends = [&](const Ranked& candidate) { return may_end && candidate.token == end_; };
  std::size_t spare = std::min(options_->beam, ranked.size());
  const std::size_t looked_at = spare;
  for (std::size_t place = 0; place < looked_at; ++place) {
    const Ranked& candidate = ranked[place];
    if (!ends(candidate) && !last) {
      follow(candidate);
      continue;
    }
    if (place == 0) first_has_ended_ = true;
    Row row = extended(candidate, attention);
    if (ends(candidate)) row.tokens.pop_back();
    set_aside(std::move(row), ends(candidate) ? Ending::end : Ending::limit, step_ + 1);
    while (!last && spare < ranked.size() && ends(ranked[spare])) ++spare;
    if (!last && spare < ranked.size()) follow(ranked[spare++]);
  }
  const bool no_penalties = options_->length_penalty == 0 && options_->coverage_penalty == 0;
  const bool enough = no_penalties ? first_has_ended_ && hypotheses_.size() >= options_->hypotheses
                                   : hypotheses_.size() >= options_->max_hypotheses();
  if (next.empty() && hypotheses_.empty()) {  // nothing may follow
    for (Row& row : rows_) set_aside(std::move(row), Ending::limit, std::max<std::size_t>(step_, 1));
  }
  finished_ = last || enough || next.empty();
  ++step_;
  if (!finished_ && options_->forced_end && step_ + 1 == options_->max_length) {
    // Where the last token is the end, it is certain.
    for (Row& row : next) set_aside(std::move(row), Ending::limit, step_ + 1);
    finished_ = true;
  }
  rows_ = finished_ ? std::vector<Row>() : std::move(next);
  parents_ = finished_ ? std::vector<std::uint32_t>() : std::move(parents);
}

std::vector<Hypothesis> BeamSearch::result() const {
  std::vector<Hypothesis> best = hypotheses_;
  std::ranges::sort(best, ranked_before);
  best.resize(std::min(best.size(), options_->hypotheses));
  return best;
}

}  // namespace mana::generate
