#include "mana/generate/likeliest.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mana/base/errors.h"
#include "mana/operations/linear.h"
#include "mana/operations/training_kernels.h"

namespace mana::generate {
namespace {

constexpr std::size_t kRows = 64;   // whose logits are there at once: whole tiles
constexpr std::size_t kChunk = 32;  // logits that are looked at together
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

/// The largest of the logits, in order, with their values.
void largest(std::span<const float> logits, std::size_t count, std::vector<Candidate>& best) {
  best.clear();
  count = std::min(count, logits.size());
  if (count == 0) return;
  float least = kNever;  // what a logit has to be above; a later one that is equal is not
  for (std::size_t first = 0; first < logits.size(); first += kChunk) {
    const std::span<const float> chunk = logits.subspan(first, std::min(kChunk, logits.size() - first));
    if (!any_above(least, chunk)) continue;
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      if (!(chunk[i] > least)) continue;
      if (best.size() == count) {
        std::ranges::pop_heap(best, likelier);
        best.pop_back();
      }
      best.push_back({static_cast<Token>(first + i), chunk[i]});
      std::ranges::push_heap(best, likelier);
      if (best.size() == count) least = static_cast<float>(best.front().log_probability);
    }
  }
  std::ranges::sort(best, likelier);
}

void answer(const nn::Run& run, std::span<float> logits, const Question& question, std::vector<Candidate>& best) {
  best.clear();
  if (question.count == 0) return;
  for (const Token token : question.forbidden) logits[static_cast<std::size_t>(token)] = kNever;
  largest(logits, question.count, best);
  if (best.empty() && std::ranges::all_of(logits, [](float logit) { return logit == kNever; })) return;
  kernels::LogitSums sums;
  operations::training_kernels(run).logit_sums({logits.data(), 1, logits.size(), &sums});
  const double log_sum = sums.log_sum();
  if (!std::isfinite(log_sum)) {
    throw FormatError(
        "the model's logits are no numbers, so its weights are damaged or too large: check them with mana verify, or "
        "compute in f32");
  }
  for (Candidate& candidate : best) candidate.log_probability -= log_sum;
}

}  // namespace

void likeliest(const nn::Run& run, const Tensor& x, const nn::Linear& output, std::span<const Question> questions,
               std::vector<std::vector<Candidate>>& answers) {
  answers.resize(questions.size());
  const operations::Operands ready(run, x, run.kernels.operands);
  Tensor logits = run.tensor(std::min(kRows, x.rows()), output.weights.outputs());
  for (std::size_t first = 0; first < x.rows(); first += kRows) {
    const std::size_t rows = std::min(kRows, x.rows() - first);
    operations::linear_rows(run, *ready, {first, rows}, output.weights, kernels::Activation::identity, logits, 0);
    const auto timer = run.timer("likeliest tokens");
    run.split(rows, [&](std::size_t begin, std::size_t end, unsigned) {
      for (std::size_t row = begin; row < end; ++row) {
        answer(run, logits.row(row), questions[first + row], answers[first + row]);
      }
    });
  }
}

}  // namespace mana::generate
