#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/autograd/parameter.h"
#include "mana/autograd/tape.h"
#include "mana/train/step_times.h"

namespace mana::train {

/// Where a batch stands in a run. With the task's seed it decides all that is drawn by chance for it.
struct BatchPlace {
  std::uint64_t epoch = 0;
  std::size_t index = 0;     ///< in the epoch
  std::uint64_t number = 0;  ///< in the run: no other batch has it
};

/// How large a batch is.
struct BatchSize {
  std::size_t rows = 0;
  std::size_t tokens = 0;
  std::size_t count = 0;  ///< n: what its loss is a mean over: rows, or masked words, or words to be predicted
};

/// What is learned: weights, batches, and the loss of a batch as a function of the weights. How weights change, and
/// when they are evaluated and kept, is the affair of the loop (trainer.h, training_run.h), which knows no more of a
/// task than this.
///
/// The loss of a step is that of its batches taken together, whatever they count:
///
///   L = Σ_i n_i L_i / Σ_i n_i      L_i: a mean over n_i
///
/// A batch is a function of its place and the task's seed alone, so that a run can be stopped and resumed anywhere.
class Task {
 public:
  Task() = default;
  virtual ~Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  /// The model's weights. They and their memory stay where they are. One that is looked up by rows may be sparse; where
  /// it is multiplied as well (a tied table), its gradient reaches every row, and it must not be.
  virtual std::span<autograd::Parameter> parameters() = 0;
  /// Weights that only training needs, a classifier on top of the model: trained along, but neither averaged nor part
  /// of the model.
  virtual std::span<autograd::Parameter> head() { return {}; }
  /// The kernels that the weights are laid out for.
  virtual const kernels::Table& kernels() const = 0;
  /// Called when the values of weights have changed: what else is made of them follows.
  virtual void refresh(const kernels::Run&) {}

  /// Batches of an epoch, of every one as many.
  virtual std::size_t batches() const = 0;
  /// Makes the batches of a step ready; what is asked below is asked of them, by their number in the step.
  virtual std::vector<BatchSize> prepare(std::span<const BatchPlace> step) = 0;
  /// Rows of a sparse parameter that the step's batches look up, each once.
  virtual std::vector<std::uint32_t> rows_read(const autograd::Parameter& parameter) const;

  /// L_i [1, 1], recorded on the tape, whose gradients flow back before the next batch's.
  virtual autograd::Variable loss(autograd::Tape& tape, std::size_t batch) = 0;
  /// Returns L_i and adds the gradients of weight · L_i to those of the parameters, unless it is no finite number. To
  /// be overridden where one tape does not hold the whole batch (sentence/gradient_cache.h).
  virtual float differentiate(autograd::Tape& tape, std::size_t batch, float weight, StepTimes& times);

  /// Which rows a batch is made of, for messages: "lines 3, 17 of pairs.tsv".
  virtual std::string whereabouts(std::size_t batch) const = 0;
  /// What may be extreme where the very first loss is no number, for messages: "the model's weights or the labels".
  virtual std::string_view suspects() const { return "the model's weights"; }
};

}  // namespace mana::train
