#include "mana/word2vec/block_trainer.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mana::word2vec {
namespace {

constexpr unsigned kLossInterval = 509;  // words between two that the loss is computed for
constexpr std::size_t kCacheLine = 64 / sizeof(float);

/// √(t/f) + t/f of a word that is the part f of the text, where that is below 1: as word2vec.c implements it.
std::uint32_t keep_probability(double count, double words, double sample) {
  constexpr double kAll = 4294967295.0;
  if (sample <= 0) return ~std::uint32_t{0};
  const double ratio = sample * words / count;
  return static_cast<std::uint32_t>(std::min(1.0, std::sqrt(ratio) + ratio) * kAll);
}

void prefetch(const float* row, std::size_t width) {
  for (std::size_t i = 0; i < width; i += kCacheLine) __builtin_prefetch(row + i, 1);
}

}  // namespace

WordTables::WordTables(const WordList& vocabulary, std::uint64_t words, const WordTraining& training) {
  for (const std::uint64_t count : vocabulary.counts)
    keep.push_back(keep_probability(static_cast<double>(count), static_cast<double>(words), training.sample));
  if (training.objective == Objective::negative_sampling) {
    sampler.emplace_back(vocabulary.counts);
  } else {
    tree.emplace_back(vocabulary.counts);
  }
  if (training.subwords) subwords.emplace_back(vocabulary.words, *training.subwords);
}

TrainingTally& TrainingTally::operator+=(const TrainingTally& other) {
  words += other.words;
  trained_words += other.trained_words;
  positive_pairs += other.positive_pairs;
  negative_pairs += other.negative_pairs;
  loss += other.loss;
  loss_pairs += other.loss_pairs;
  return *this;
}

BlockTrainer::BlockTrainer(const WordTraining& training, const WordTables& tables, const kernels::WordKernels& kernels,
                           std::size_t width)
    : training_(training), tables_(tables), kernels_(kernels), width_(width) {
  const std::size_t inputs = std::size_t{2} * training.window;
  const std::size_t outputs = tables.tree.empty() ? training.negatives + std::size_t{1} : tables.tree.front().longest();
  const std::size_t parts = tables.subwords.empty() ? 1 : tables.subwords.front().most();
  for (Step& step : steps_) {
    step.ids.resize(outputs);
    step.rows.resize(outputs);
    step.labels.assign(outputs, 0.0f);
    step.labels.front() = 1;
    step.counts.assign(outputs, 1.0f);
  }
  rates_.resize(outputs);
  rows_.reserve(inputs * parts);
  row_counts_.reserve(inputs);
  x_ = Buffer<float>(inputs * width);
  dx_ = Buffer<float>(inputs * width);
  scratch_ = Buffer<float>(kernels::logistic_scratch(inputs, outputs));
}

void BlockTrainer::train(std::span<const std::uint32_t> tokens, float rate, Random random, Matrices& matrices,
                         TouchedRows* touched) {
  matrices_ = &matrices;
  touched_ = touched;
  random_ = random;
  rate_ = rate;
  until_loss_ = kLossInterval;
  line_.clear();
  for (const std::uint32_t token : tokens) {
    if (token == Corpus::kLineEnd) {
      train_line(line_);
      line_.clear();
      continue;
    }
    ++tally_.words;
    if (static_cast<std::uint32_t>(random_.next()) <= tables_.keep[token]) line_.push_back(token);
  }
  train_line(line_);
}

TrainingTally BlockTrainer::take_tally() { return std::exchange(tally_, {}); }

void BlockTrainer::train_line(std::span<const std::uint32_t> line) {
  if (line.size() < 2) return;
  tally_.trained_words += line.size();
  prepare(steps_[0], line[0]);
  for (std::size_t i = 0; i < line.size(); ++i) {
    const Step& step = steps_[i % 2];
    if (i + 1 < line.size()) prepare(steps_[(i + 1) % 2], line[i + 1]);
    if (i + training_.window + 1 < line.size()) prefetch_input(line[i + training_.window + 1]);
    rows_.clear();
    row_counts_.clear();
    const std::size_t end = std::min(line.size(), i + step.reach + 1);
    for (std::size_t k = i - std::min(i, step.reach); k < end; ++k)
      if (k != i) take(line[k]);
    train_step(step);
  }
}

void BlockTrainer::prepare(Step& step, std::uint32_t word) {
  step.reach = training_.whole_window ? training_.window : 1 + random_.below(training_.window);
  if (!tables_.tree.empty()) {
    const HuffmanTree::Path path = tables_.tree.front().path(word);
    step.outputs = path.nodes.size();
    step.negatives = step.outputs;
    std::ranges::copy(path.nodes, step.ids.begin());
    std::ranges::copy(path.labels, step.labels.begin());
  } else {
    step.ids[0] = word;
    step.outputs = 1;
    step.negatives = 0;
    for (unsigned drawn = 0; drawn < training_.negatives; ++drawn) {
      const std::uint32_t id = tables_.sampler.front()(random_);
      if (id == word) continue;
      ++step.negatives;
      std::size_t place = 1;
      while (place < step.outputs && step.ids[place] != id) ++place;
      if (place == step.outputs) {
        step.ids[step.outputs++] = id;
        step.counts[place] = 1;
      } else {
        step.counts[place] += 1;
      }
    }
  }
  for (std::size_t o = 0; o < step.outputs; ++o) {
    step.rows[o] = matrices_->outputs.row(step.ids[o]);
    prefetch(step.rows[o], width_);
  }
}

void BlockTrainer::prefetch_input(std::uint32_t word) const {
  if (tables_.subwords.empty()) return prefetch(matrices_->inputs.row(word), width_);
  for (const std::uint32_t row : tables_.subwords.front().rows(word)) prefetch(matrices_->inputs.row(row), width_);
}

void BlockTrainer::take(std::uint32_t word) {
  const auto add = [&](std::uint32_t row) {
    rows_.push_back(matrices_->inputs.row(row));
    if (touched_ != nullptr) touched_->inputs[row] = 1;
  };
  if (tables_.subwords.empty()) {
    add(word);
    row_counts_.push_back(1);
    return;
  }
  const std::span<const std::uint32_t> rows = tables_.subwords.front().rows(word);
  for (const std::uint32_t row : rows) add(row);
  row_counts_.push_back(rows.size());
}

void BlockTrainer::train_step(const Step& step) {
  const std::size_t words = row_counts_.size();
  const bool cbow = training_.architecture == Architecture::cbow;
  const std::size_t inputs = cbow ? 1 : words;
  // Of CBOW's one input every row of every word is a part; of skip-gram's inputs each has rows of its own.
  const auto for_each_input = [&](const auto& visit) {
    float* const* row = rows_.data();
    for (std::size_t i = 0; i < words; row += row_counts_[i++]) visit(row, row_counts_[i], i * width_);
  };
  if (cbow) {
    kernels_.mean(rows_.data(), rows_.size(), width_, x_.data());
  } else if (tables_.subwords.empty()) {
    kernels_.gather(rows_.data(), inputs, width_, x_.data());
  } else {
    for_each_input([&](float* const* rows, std::size_t count, std::size_t at) {
      kernels_.mean(rows, count, width_, x_.data() + at);
    });
  }
  for (std::size_t o = 0; o < step.outputs; ++o) rates_[o] = rate_ * step.counts[o];
  if (touched_ != nullptr)
    for (std::size_t o = 0; o < step.outputs; ++o) touched_->outputs[step.ids[o]] = 1;
  if (--until_loss_ == 0) sample_loss(step, inputs);

  kernels_.logistic({.x = x_.data(),
                     .inputs = inputs,
                     .y = step.rows.data(),
                     .labels = step.labels.data(),
                     .steps = rates_.data(),
                     .outputs = step.outputs,
                     .width = width_,
                     .dx = dx_.data(),
                     .scratch = scratch_.data()});
  tally_.positive_pairs += inputs;
  tally_.negative_pairs += inputs * step.negatives;

  if (cbow) {
    kernels_.spread(dx_.data(), rows_.data(), rows_.size(), width_);
  } else if (tables_.subwords.empty()) {
    kernels_.scatter(dx_.data(), rows_.data(), inputs, width_);
  } else {
    for_each_input([&](float* const* rows, std::size_t count, std::size_t at) {
      kernels_.spread(dx_.data() + at, rows, count, width_);
    });
  }
}

/// Reads rows that other threads write, as the kernels do.
__attribute__((no_sanitize("thread"))) void BlockTrainer::sample_loss(const Step& step, std::size_t inputs) {
  until_loss_ = kLossInterval;
  for (std::size_t i = 0; i < inputs; ++i) {
    for (std::size_t o = 0; o < step.outputs; ++o) {
      float dot = 0;
      for (std::size_t k = 0; k < width_; ++k) dot += x_.data()[i * width_ + k] * step.rows[o][k];
      const double toward = step.labels[o] > 0.5f ? dot : -dot;
      tally_.loss +=
          static_cast<double>(step.counts[o]) * (std::log1p(std::exp(-std::fabs(toward))) - std::min(toward, 0.0));
    }
  }
  tally_.loss_pairs += inputs;
}

}  // namespace mana::word2vec
