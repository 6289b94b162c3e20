#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mana/autograd/operations.h"
#include "mana/base/random.h"
#include "mana/train/task.h"

namespace mana::train {

/// A table's rows, whose gradients touch them alone.
inline autograd::Variable lookup(autograd::Tape& tape, autograd::Parameter& table, std::vector<std::uint32_t> ids) {
  Tensor y = tape.tensor(ids.size(), table.columns);
  for (std::size_t t = 0; t < ids.size(); ++t) std::ranges::copy(table.row(ids[t]), y.row(t).begin());
  return tape.record(std::move(y), [&table, ids = std::move(ids)](const Tensor& dy) {
    for (std::size_t t = 0; t < ids.size(); ++t) {
      for (std::size_t k = 0; k < table.columns; ++k) table.gradient_row(ids[t])[k] += dy.row(t)[k];
    }
    if (!table.sparse) return;
    table.touched.insert(table.touched.end(), ids.begin(), ids.end());
    std::ranges::sort(table.touched);
    table.touched.erase(std::ranges::unique(table.touched).begin(), table.touched.end());
  });
}

/// What tests train beside sentence encoders: the next word from the word before, P(w | v) = softmax(O e_v + b)[w], on
/// sentences of a made-up language. Its loss counts words, not rows. O is the table E itself, where that is tied; b is
/// the head.
class SmallLanguage final : public Task {
 public:
  static constexpr std::size_t kWords = 12, kDimensions = 6, kSentences = 20;

  struct Choice {
    std::size_t batch = 4;  ///< sentences
    bool tied = false;
    bool sparse = true;  ///< E is
    std::uint64_t seed = 0;
  };

  explicit SmallLanguage(const Choice& choice) : choice_(choice) {
    Random random(29);
    memory_.resize(2 * (2 * kWords * kDimensions + kWords));
    for (float& value : memory_) value = static_cast<float>(random.uniform() - 0.5);
    std::fill(memory_.begin() + static_cast<std::ptrdiff_t>(memory_.size() / 2), memory_.end(), 0.0f);
    parameters_.resize(choice.tied ? 1 : 2);
    head_.resize(1);
    std::size_t at = 0;
    const auto place = [&](autograd::Parameter& parameter, const char* name, std::size_t rows, std::size_t columns) {
      parameter.name = name;
      parameter.rows = rows;
      parameter.columns = columns;
      parameter.values = std::span(memory_).subspan(at, rows * columns);
      parameter.gradient = std::span(memory_).subspan(memory_.size() / 2 + at, rows * columns);
      at += rows * columns;
    };
    place(parameters_[0], "embedding", kWords, kDimensions);
    parameters_[0].sparse = choice.sparse;
    if (!choice.tied) place(parameters_[1], "output", kWords, kDimensions);
    place(head_[0], "bias", 1, kWords);
    for (std::vector<std::uint32_t>& sentence : sentences_) {  // a word is mostly followed by one of two others
      sentence.push_back(static_cast<std::uint32_t>(random.below(kWords)));
      for (std::uint64_t length = 2 + random.below(6); length > 0; --length) {
        sentence.push_back(static_cast<std::uint32_t>((sentence.back() * 5 + 1 + random.below(2)) % (kWords - 1)));
      }
    }
  }

  std::span<autograd::Parameter> parameters() override { return parameters_; }
  std::span<autograd::Parameter> head() override { return head_; }
  const kernels::Table& kernels() const override { return kernels::table(kernels::choose_isa()); }

  std::size_t batches() const override { return kSentences / choice_.batch; }
  std::vector<BatchSize> prepare(std::span<const BatchPlace> step) override {
    step_.clear();
    std::vector<BatchSize> sizes;
    for (const BatchPlace& place : step) {
      std::vector<std::size_t> order(kSentences);
      std::iota(order.begin(), order.end(), std::size_t{0});
      Random(Random::key(choice_.seed, place.epoch)).shuffle(order);
      Batch& batch = step_.emplace_back();
      for (std::size_t i = 0; i < choice_.batch; ++i) {
        const std::vector<std::uint32_t>& sentence = sentences_[order[place.index * choice_.batch + i]];
        batch.before.insert(batch.before.end(), sentence.begin(), sentence.end() - 1);
        batch.next.insert(batch.next.end(), sentence.begin() + 1, sentence.end());
      }
      sizes.push_back({.rows = choice_.batch, .tokens = batch.next.size(), .count = batch.next.size()});
    }
    return sizes;
  }
  std::vector<std::uint32_t> rows_read(const autograd::Parameter&) const override {
    std::vector<std::uint32_t> rows;
    for (const Batch& batch : step_) rows.insert(rows.end(), batch.before.begin(), batch.before.end());
    std::ranges::sort(rows);
    rows.erase(std::ranges::unique(rows).begin(), rows.end());
    return rows;
  }
  autograd::Variable loss(autograd::Tape& tape, std::size_t batch) override {
    return cross_entropy(logits(tape, step_[batch].before), step_[batch].next);
  }
  std::string whereabouts(std::size_t batch) const override {
    return "a batch of " + std::to_string(step_[batch].next.size()) + " words";
  }

  /// The mean over all words of all sentences, without gradients.
  double whole_loss() {
    Pool pool;
    autograd::Tape tape(kernels::Run{kernels(), pool});
    std::vector<std::uint32_t> before, next;
    for (const std::vector<std::uint32_t>& sentence : sentences_) {
      before.insert(before.end(), sentence.begin(), sentence.end() - 1);
      next.insert(next.end(), sentence.begin() + 1, sentence.end());
    }
    return cross_entropy(logits(tape, before), next).value().data()[0];
  }

  /// Of all parameters, side by side.
  std::vector<float> weights() const {
    return {memory_.begin(), memory_.begin() + static_cast<std::ptrdiff_t>(memory_.size() / 2)};
  }

 private:
  struct Batch {
    std::vector<std::uint32_t> before, next;
  };

  autograd::Variable logits(autograd::Tape& tape, const std::vector<std::uint32_t>& words) {
    const autograd::Variable x = lookup(tape, parameters_.front(), words);
    return add_row(product(x, parameter_value(tape, parameters_.back())), parameter_value(tape, head_[0]));
  }

  Choice choice_;
  std::vector<float> memory_;  // all values, then all gradients
  std::vector<autograd::Parameter> parameters_, head_;
  std::vector<std::uint32_t> sentences_[kSentences];
  std::vector<Batch> step_;
};

}  // namespace mana::train
