#include "mana/generate/likeliest.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mana/base/errors.h"
#include "mana/operations/linear.h"
#include "mana/operations/training_kernels.h"

namespace mana::generate {
namespace {

// A block's logits of some dozens of rows, and the weights that make them, stay in the second-level cache.
constexpr std::size_t kBlockTokens = 512;
constexpr std::size_t kFewRows = 4;  // all of whose logits stay there, too
constexpr std::size_t kChunk = 32;   // logits that are looked at together
constexpr float kNever = -std::numeric_limits<float>::infinity();

bool likelier(const Candidate& a, const Candidate& b) {
  return a.log_probability != b.log_probability ? a.log_probability > b.log_probability : a.token < b.token;
}

/// Whether any of some logits is above the least that counts. Compilers make vectors of a whole chunk.
bool any_above(float least, std::span<const float> logits) {
  int above = 0;
  if (logits.size() == kChunk) {
    for (std::size_t i = 0; i < kChunk; ++i) above |= logits[i] > least ? 1 : 0;
  } else {
    for (const float logit : logits) above |= logit > least ? 1 : 0;
  }
  return above != 0;
}

/// Keeps the `count` largest of the logits so far in a heap. Of equal ones the earlier stay.
void keep_largest(std::span<const float> logits, std::size_t first_token, std::size_t count,
                  std::vector<Candidate>& heap) {
  if (count == 0) return;
  const auto least_of = [&] { return heap.size() < count ? kNever : static_cast<float>(heap.front().log_probability); };
  float least = least_of();
  for (std::size_t first = 0; first < logits.size(); first += kChunk) {
    const std::span<const float> chunk = logits.subspan(first, std::min(kChunk, logits.size() - first));
    if (!any_above(least, chunk)) continue;
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      if (!(chunk[i] > least)) continue;
      if (heap.size() == count) {
        std::ranges::pop_heap(heap, likelier);
        heap.pop_back();
      }
      heap.push_back({static_cast<Token>(first_token + first + i), chunk[i]});
      std::ranges::push_heap(heap, likelier);
      least = least_of();
    }
  }
}

/// l of a block of tokens, those that are forbidden at −∞.
void forbid(std::span<const Token> forbidden, std::size_t first_token, std::span<float> logits) {
  const auto begin = std::ranges::lower_bound(forbidden, static_cast<Token>(first_token));
  for (auto token = begin; token != forbidden.end(); ++token) {
    const std::size_t place = static_cast<std::size_t>(*token) - first_token;
    if (place >= logits.size()) break;
    logits[place] = kNever;
  }
}

/// Sorted, with log p in place of logits.
void finish(const kernels::LogitSums& sums, std::size_t forbidden, std::size_t vocabulary,
            std::vector<Candidate>& best) {
  if (forbidden == vocabulary) return;
  const double log_sum = sums.log_sum();
  if (!std::isfinite(log_sum)) {
    throw FormatError(
        "the model's logits are no numbers, so its weights are damaged or too large: check them with mana verify, or "
        "compute in f32");
  }
  std::ranges::sort(best, likelier);
  for (Candidate& candidate : best) candidate.log_probability -= log_sum;
}

}  // namespace

LikeliestTokens::LikeliestTokens(const kernels::MatrixWeights& output) : output_(output) {
  blocks_.reserve((output.outputs() + kBlockTokens - 1) / kBlockTokens);
  for (std::size_t first = 0; first < output.outputs(); first += kBlockTokens) {
    blocks_.push_back(output.outputs_from(first, std::min(kBlockTokens, output.outputs() - first)));
  }
}

void LikeliestTokens::operator()(const nn::Run& run, const Tensor& x, std::span<const Question> questions,
                                 std::vector<std::vector<Candidate>>& answers) const {
  answers.resize(questions.size());
  for (std::vector<Candidate>& best : answers) best.clear();
  std::vector<kernels::LogitSums> sums(questions.size());
  const operations::Operands ready(run, x, run.kernels.operands);
  const kernels::GradientTable& kernels = operations::training_kernels(run);
  const auto look_at = [&](std::size_t row, std::size_t first_token, std::span<float> logits) {
    forbid(questions[row].forbidden, first_token, logits);
    keep_largest(logits, first_token, questions[row].count, answers[row]);
    kernels.logit_sums({logits.data(), 1, logits.size(), &sums[row]});
  };
  const auto logits_of = [&](const kernels::MatrixWeights& map) {
    Tensor logits = run.tensor(x.rows(), map.outputs());
    operations::linear_rows(run, *ready, {0, x.rows()}, map, kernels::Activation::identity, logits, 0);
    return logits;
  };
  const std::size_t vocabulary = output_.outputs();
  if (x.rows() <= kFewRows) {
    Tensor logits = logits_of(output_);
    const auto timer = run.timer("likeliest tokens");
    for (std::size_t row = 0; row < x.rows(); ++row) {
      for (std::size_t first = 0; first < vocabulary; first += kBlockTokens) {
        look_at(row, first, logits.row(row).subspan(first, std::min(kBlockTokens, vocabulary - first)));
      }
    }
  } else {
    std::size_t first_token = 0;
    for (const kernels::MatrixWeights& block : blocks_) {
      Tensor logits = logits_of(block);
      const auto timer = run.timer("likeliest tokens");
      run.split(x.rows(), [&](std::size_t begin, std::size_t end, unsigned) {
        for (std::size_t row = begin; row < end; ++row) look_at(row, first_token, logits.row(row));
      });
      first_token += block.outputs();
    }
  }
  for (std::size_t row = 0; row < questions.size(); ++row) {
    if (questions[row].count > 0) finish(sums[row], questions[row].forbidden.size(), vocabulary, answers[row]);
  }
}

}  // namespace mana::generate
