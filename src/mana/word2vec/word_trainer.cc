#include "mana/word2vec/word_trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "mana/base/errors.h"
#include "mana/base/processors.h"

namespace mana::word2vec {
namespace {

/// Between two looks at the clock; at the end of them threads wait for each other.
constexpr std::uint64_t kBlocksOfThread = 64;
/// Of --deterministic. More workers would learn from rows that are further behind.
constexpr std::size_t kWorkers = 2;
constexpr std::uint64_t kBlocksOfWorker = 1;
/// What is left of the learning rate at the end, as in word2vec.c.
constexpr double kLastShare = 1e-4;

/// base += Σ_w (row_w - base); then every row_w = base.
void merge_row(float* base, std::span<float* const> rows, std::size_t width) {
  for (std::size_t k = 0; k < width; ++k) {
    const float old = base[k];
    float sum = old;
    for (const float* row : rows) sum += row[k] - old;
    base[k] = sum;
    for (float* row : rows) row[k] = sum;
  }
}

/// Whether all are finite and smaller than a million, far beyond what any training that learns comes to.
bool all_reasonable(std::span<const float> values) {
  constexpr float kMost = 1e6F;
  bool all = true;
  for (const float value : values) all &= std::fabs(value) < kMost;  // false of nan; no branch, so that it is quick
  return all;
}

}  // namespace

struct WordTrainer::Worker {
  BlockTrainer trainer;
  std::vector<std::uint32_t> tokens;
  Matrices matrices;  ///< a copy of its own, with `deterministic`
  TouchedRows touched;
};

void check(const WordTraining& training) {
  constexpr std::size_t kMostDimensions = 10'000;
  constexpr unsigned kWidestWindow = 1000;
  constexpr unsigned kMostNegatives = 1000;
  const auto within = [](const char* name, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
    if (value < least || value > most)
      throw ArgumentError(fmt::format("{} must be from {} to {}, not {}", name, least, most, value));
  };
  within("the number of dimensions", training.dimensions, 1, kMostDimensions);
  within("the window", training.window, 1, kWidestWindow);
  within("the number of epochs", training.epochs, 1, 1'000'000);
  if (training.objective == Objective::negative_sampling)
    within("the number of negatives", training.negatives, 1, kMostNegatives);
  if (!(training.sample >= 0 && training.sample <= 1))
    throw ArgumentError(fmt::format("the share of words to sample must be from 0 to 1, not {}", training.sample));
  if (const double rate = training.first_rate(); !(rate > 0 && rate <= 1))
    throw ArgumentError(fmt::format("the learning rate must be above 0 and at most 1, not {}", rate));
  if (!training.subwords) return;
  within("the shortest sub-word", training.subwords->shortest, 1, 100);
  within("the longest sub-word", training.subwords->longest, training.subwords->shortest, 100);
  within("the number of buckets", training.subwords->buckets, 1, 1U << 31U);
}

WordTrainer::WordTrainer(const Corpus& corpus, const WordTraining& training)
    : corpus_(corpus),
      training_((check(training), training)),
      tables_(corpus.vocabulary(), corpus.words(), training),
      kernels_(kernels::word_kernels(kernels::choose_isa(training.isa))),
      team_(thread_count(training.threads)) {
  const std::size_t words = corpus.vocabulary().size();
  matrices_ = Matrices::initial(words + (training.subwords ? training.subwords->buckets : 0),
                                training.objective == Objective::negative_sampling ? words : words - 1,
                                training.dimensions, training.seed);
  const std::size_t workers = training.deterministic ? kWorkers : team_.size();
  for (std::size_t i = 0; i < workers; ++i)
    workers_.push_back(std::make_unique<Worker>(
        Worker{BlockTrainer(training_, tables_, kernels_, matrices_.inputs.width()), {}, {}, {}}));
  if (training.deterministic) resume({}, std::move(matrices_));
}

WordTrainer::~WordTrainer() = default;

void WordTrainer::resume(const TrainingState& state, Matrices matrices) {
  matrices_ = std::move(matrices);
  state_ = state;
  if (!training_.deterministic) return;
  for (const std::unique_ptr<Worker>& worker : workers_) {
    worker->matrices = matrices_.copy();
    worker->touched.inputs.assign(matrices_.inputs.rows(), 0);
    worker->touched.outputs.assign(matrices_.outputs.rows(), 0);
  }
}

void WordTrainer::advance() {
  const std::uint64_t most = training_.deterministic ? kWorkers * kBlocksOfWorker : team_.size() * kBlocksOfThread;
  const std::uint64_t end = std::min(total_blocks(), state_.blocks + most);
  training_.deterministic ? advance_in_order(end) : advance_without_locks(end);
  state_.blocks = end;
  for (const std::unique_ptr<Worker>& worker : workers_) state_.tally += worker->trainer.take_tally();
  // Of a pair, with its negatives; what is learnt from has less than ten.
  constexpr double kMostLoss = 1e6;
  const TrainingTally& tally = state_.tally;
  if (!(tally.loss <= kMostLoss * static_cast<double>(tally.loss_pairs))) refuse_divergence();
}

void WordTrainer::require_convergence() const {
  for (const Matrix* matrix : {&matrices_.inputs, &matrices_.outputs}) {
    if (!all_reasonable({matrix->row(0), matrix->rows() * matrix->width()})) refuse_divergence();
  }
}

void WordTrainer::refuse_divergence() const {
  throw ArgumentError(fmt::format(
      "the training has diverged after {:.2f} of {} epochs: its vectors or its loss are beyond all bounds; lower "
      "`learning_rate`, which is {}",
      static_cast<double>(state_.blocks) / static_cast<double>(corpus_.blocks()), training_.epochs,
      training_.first_rate()));
}

void WordTrainer::train_block(std::uint64_t block, Worker& worker, Matrices& matrices) {
  const std::uint64_t epoch = block / corpus_.blocks();
  const auto of_epoch = static_cast<std::size_t>(block % corpus_.blocks());
  const auto before = static_cast<double>(epoch * corpus_.words() + corpus_.words_before(of_epoch));
  const double left = 1 - before / static_cast<double>(total_words());
  const double rate = training_.first_rate() * std::max(left, kLastShare);
  corpus_.read(of_epoch, worker.tokens);
  worker.trainer.train(worker.tokens, static_cast<float>(rate), Random(Random::key(training_.seed, block)), matrices,
                       training_.deterministic ? &worker.touched : nullptr);
}

void WordTrainer::advance_without_locks(std::uint64_t end) {
  std::atomic<std::uint64_t> next = state_.blocks;
  team_.run([&](unsigned share) {
    for (std::uint64_t block = next++; block < end; block = next++) train_block(block, *workers_[share], matrices_);
  });
}

void WordTrainer::advance_in_order(std::uint64_t end) {
  const auto blocks = static_cast<std::size_t>(end - state_.blocks);
  team_.run([&](unsigned share) {
    for (unsigned worker = share; worker < kWorkers; worker += team_.size()) {
      const Part part = part_of(blocks, worker, kWorkers);
      for (std::size_t i = part.begin; i < part.end; ++i)
        train_block(state_.blocks + i, *workers_[worker], workers_[worker]->matrices);
    }
  });
  team_.run([&](unsigned share) {
    const auto merge = [&](Matrix Matrices::*matrix, std::vector<std::uint8_t> TouchedRows::*touched) {
      const Part part = part_of((matrices_.*matrix).rows(), share, team_.size());
      float* rows[kWorkers];
      for (std::size_t row = part.begin; row < part.end; ++row) {
        bool changed = false;
        for (std::size_t w = 0; w < kWorkers; ++w) {
          rows[w] = (workers_[w]->matrices.*matrix).row(row);
          std::uint8_t& mark = (workers_[w]->touched.*touched)[row];
          changed |= mark != 0;
          mark = 0;
        }
        if (changed) merge_row((matrices_.*matrix).row(row), rows, (matrices_.*matrix).width());
      }
    };
    merge(&Matrices::inputs, &TouchedRows::inputs);
    merge(&Matrices::outputs, &TouchedRows::outputs);
  });
}

Buffer<float> WordTrainer::vectors() const {
  const std::size_t words = corpus_.vocabulary().size();
  const std::size_t dimensions = training_.dimensions;
  Buffer<float> vectors(words * dimensions);
  for (std::uint32_t word = 0; word < words; ++word) {
    float* const vector = vectors.data() + word * dimensions;
    if (tables_.subwords.empty()) {
      std::copy_n(matrices_.inputs.row(word), dimensions, vector);
      continue;
    }
    const std::span<const std::uint32_t> rows = tables_.subwords.front().rows(word);
    for (const std::uint32_t row : rows)
      for (std::size_t i = 0; i < dimensions; ++i) vector[i] += matrices_.inputs.row(row)[i];
    for (std::size_t i = 0; i < dimensions; ++i) vector[i] /= static_cast<float>(rows.size());
  }
  return vectors;
}

}  // namespace mana::word2vec
