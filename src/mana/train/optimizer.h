#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mana/autograd/parameter.h"
#include "mana/kernels/run.h"
#include "mana/tensor/buffer.h"
#include "mana/train/update_rules.h"

namespace mana::train {

using UpdateRule = std::variant<AdamW, Sgd>;

/// What happens to rows of a table that a step did not touch.
enum class UntouchedRows {
  catch_up,  ///< all that the rule does to them, later, before they are read: equal to updating them in every step
  keep       ///< nothing: they keep their values and what is remembered of them (the "lazy" or "sparse" Adam)
};

/// Applies a rule to parameters, step after step, and remembers what it has to. A step costs what it touched: the rows
/// of a sparse parameter without a gradient are left alone, and those steps are replayed when catch_up() asks for the
/// rows. What is replayed ends where a step would move a weight by less than 1e-10 of the first one.
class Optimizer {
 public:
  /// `parameters` outlive it. Frozen ones keep their values.
  Optimizer(std::span<autograd::Parameter> parameters, UpdateRule rule,
            UntouchedRows untouched = UntouchedRows::catch_up);

  /// One step with these gradients times `gradient_scale`, at this rate; then the gradients are zero again.
  void step(const kernels::Run& run, double rate, float gradient_scale = 1);

  /// Brings rows of a sparse parameter to the present; before they are read. Each row at most once in `rows`.
  void catch_up(const kernels::Run& run, std::size_t parameter, std::span<const std::uint32_t> rows);
  /// All rows of all of them; before they are evaluated or saved.
  void catch_up(const kernels::Run& run);

  std::uint64_t steps() const { return rates_.size(); }

  /// What it remembers, for checkpoints: visit(name, bytes) for each part, always in the same order.
  void for_each_state(const std::function<void(const std::string&, std::span<std::byte>)>& visit);
  /// Says that `steps` steps have been made; before their rates are read into for_each_state()'s memory.
  void resize(std::uint64_t steps);

 private:
  struct State {
    std::vector<Buffer<float>> values;   // the rule's kStates, each of the parameter's size
    std::vector<std::uint32_t> present;  // of a sparse parameter: the steps that each row has seen
  };

  /// Values of a parameter that one thread takes at a time.
  struct Chunk {
    std::size_t parameter;
    std::size_t first;
    std::size_t size;
  };

  void update(const kernels::Run& run, std::size_t parameter, std::size_t first, std::span<const float> gradient,
              const Step& step);
  void replay(const kernels::Run& run, std::size_t parameter, std::size_t row);

  std::span<autograd::Parameter> parameters_;
  UpdateRule rule_;
  UntouchedRows untouched_;
  std::uint64_t replayed_ = 0;  // steps
  std::vector<State> states_;
  std::vector<double> rates_;  // of the steps made
  std::vector<Chunk> chunks_;  // of the step being made
  std::vector<float> zeros_;   // the gradient of an untouched row
};

}  // namespace mana::train
