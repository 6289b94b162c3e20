#include "mana/generate/sampled_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "mana/base/random.h"
#include "mana/generate/constraints.h"

namespace mana::generate {

std::size_t draw(Candidates candidates, const Sampling& sampling, double u) {
  std::vector<double> reached;  // Σ of the weights so far
  double sum = 0;
  for (const Candidate& candidate : candidates) {
    sum += std::exp((candidate.log_probability - candidates.front().log_probability) / sampling.temperature);
    reached.push_back(sum);
  }
  const auto first_beyond = [&](double share) {
    return std::min<std::size_t>(static_cast<std::size_t>(std::ranges::upper_bound(reached, share) - reached.begin()),
                                 reached.size() - 1);
  };
  if (sampling.top_p < 1) {
    const auto enough = std::ranges::lower_bound(reached, sampling.top_p * sum);
    reached.erase(std::min(enough, reached.end() - 1) + 1, reached.end());
  }
  return first_beyond(u * reached.back());
}

SampledSearch::SampledSearch(const Options& options, Token end, std::uint64_t text, std::span<const Token> prefix)
    : options_(&options),
      end_(end),
      key_(Random::key(options.sampling->seed, text)),
      prefix_(prefix.begin(), prefix.end()) {
  for (std::uint64_t number = 0; number < options.hypotheses; ++number) rows_.push_back({number, {}});
}

std::optional<Token> SampledSearch::forced() const {
  if (step_ < prefix_.size()) return prefix_[step_];
  return std::nullopt;
}

Question SampledSearch::question(std::size_t row) const {
  const std::size_t count = options_->sampling->top_k;
  return {count == 0 ? std::numeric_limits<std::size_t>::max() : count,
          forbidden_after(rows_[row].tokens, *options_, end_)};
}

void SampledSearch::set_aside(Row row, Ending ending, std::size_t length) {
  const double score = row.log_probability / std::pow(static_cast<double>(length), options_->length_penalty);
  hypotheses_.push_back(
      {std::move(row.tokens), std::move(row.steps), row.log_probability, score, ending, std::move(row.attention)});
}

void SampledSearch::advance(std::span<const Candidates> candidates, std::span<const std::span<const float>> attention) {
  const std::optional<Token> certain = forced();
  const bool may_end = !certain;
  std::vector<Row> next;
  parents_.clear();
  ++step_;
  const bool forced_end = options_->forced_end && step_ + 1 == options_->max_length;
  const bool last = step_ == options_->max_length || forced_end;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    Row& row = rows_[i];
    if (options_->alignment && (certain || !candidates[i].empty())) {
      row.attention.insert(row.attention.end(), attention[i].begin(), attention[i].end());
    }
    if (certain) {
      row.tokens.push_back(*certain);
      row.steps.push_back(0);
    } else if (candidates[i].empty()) {
      set_aside(std::move(row), Ending::limit, std::max<std::size_t>(step_ - 1, 1));
      continue;
    } else {
      const double u = Random(Random::key(Random::key(key_, row.number), step_)).uniform();
      const Candidate& drawn = candidates[i][draw(candidates[i], *options_->sampling, u)];
      row.log_probability += drawn.log_probability;
      row.steps.push_back(static_cast<float>(drawn.log_probability));
      if (may_end && drawn.token == end_) {
        set_aside(std::move(row), Ending::end, step_);
        continue;
      }
      row.tokens.push_back(drawn.token);
    }
    if (last) {
      set_aside(std::move(row), Ending::limit, forced_end ? step_ + 1 : step_);
      continue;
    }
    parents_.push_back(static_cast<std::uint32_t>(i));
    next.push_back(std::move(row));
  }
  rows_ = std::move(next);
}

std::vector<Hypothesis> SampledSearch::result() const {
  std::vector<Hypothesis> best = hypotheses_;
  std::ranges::sort(best, ranked_before);
  return best;
}

}  // namespace mana::generate
