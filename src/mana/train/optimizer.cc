#include "mana/train/optimizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "mana/operations/for_each.h"
#include "mana/operations/training_kernels.h"

namespace mana::train {
namespace {

/// What one thread takes at a time.
constexpr std::size_t kChunk = std::size_t{1} << 16;  // values

/// The rule's spans of a parameter's values [first, first + size).
template <class Rule>
std::array<std::span<float>, Rule::kStates> slices(std::vector<Buffer<float>>& states, std::size_t first,
                                                   std::size_t size) {
  std::array<std::span<float>, Rule::kStates> spans;
  for (std::size_t i = 0; i < spans.size(); ++i) spans[i] = {states[i].data() + first, size};
  return spans;
}

std::uint64_t replayed_steps(const UpdateRule& rule) {
  constexpr double kNegligible = 1e-10;  // of the first step
  const double fading = std::visit([](const auto& each) { return each.fading(); }, rule);
  if (fading <= 0) return 1;
  return static_cast<std::uint64_t>(std::ceil(std::log(kNegligible) / std::log(std::min(fading, 0.9999))));
}

}  // namespace

Optimizer::Optimizer(std::span<autograd::Parameter> parameters, UpdateRule rule, UntouchedRows untouched)
    : parameters_(parameters), rule_(rule), untouched_(untouched), replayed_(replayed_steps(rule)) {
  const std::size_t count = std::visit([](const auto& each) { return each.kStates; }, rule_);
  for (const autograd::Parameter& parameter : parameters_) {
    State& state = states_.emplace_back();
    if (parameter.frozen) continue;
    for (std::size_t i = 0; i < count; ++i) state.values.emplace_back(parameter.size());
    if (!parameter.sparse) continue;
    state.present.resize(parameter.rows);
    zeros_.resize(std::max(zeros_.size(), parameter.columns));
  }
}

void Optimizer::update(const kernels::Run& run, std::size_t index, std::size_t first, std::span<const float> gradient,
                       const Step& step) {
  const kernels::GradientTable& kernels = operations::training_kernels(run);
  autograd::Parameter& parameter = parameters_[index];
  Step own = step;
  own.rate *= static_cast<double>(parameter.rate_scale);
  own.decays = parameter.decays;
  std::visit(
      [&]<class Rule>(const Rule& rule) {
        rule.update(kernels, own, parameter.values.subspan(first, gradient.size()), gradient,
                    slices<Rule>(states_[index].values, first, gradient.size()));
      },
      rule_);
}

void Optimizer::step(const kernels::Run& run, double rate, float gradient_scale) {
  const auto timer = run.timer("optimizer");
  rates_.push_back(rate);
  const Step step = {.number = rates_.size(), .rate = rate, .decays = true, .gradient_scale = gradient_scale};

  chunks_.clear();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    autograd::Parameter& parameter = parameters_[i];
    if (parameter.frozen) continue;
    if (parameter.sparse) {
      for (const std::uint32_t row : parameter.touched)
        chunks_.push_back({i, row * parameter.columns, parameter.columns});
      continue;
    }
    for (std::size_t first = 0; first < parameter.size(); first += kChunk) {
      chunks_.push_back({i, first, std::min(kChunk, parameter.size() - first)});
    }
  }
  operations::for_each(run, chunks_.size(), [&](std::size_t i) {
    const Chunk& chunk = chunks_[i];
    const std::span<float> gradient = parameters_[chunk.parameter].gradient.subspan(chunk.first, chunk.size);
    update(run, chunk.parameter, chunk.first, gradient, step);
    std::fill(gradient.begin(), gradient.end(), 0.0f);
  });
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    for (const std::uint32_t row : parameters_[i].touched) {
      if (!parameters_[i].frozen) states_[i].present[row] = static_cast<std::uint32_t>(rates_.size());
    }
    parameters_[i].touched.clear();
  }
}

void Optimizer::replay(const kernels::Run& run, std::size_t index, std::size_t row) {
  std::uint32_t& present = states_[index].present[row];
  const std::uint64_t now = rates_.size(), last = std::exchange(present, static_cast<std::uint32_t>(now));
  if (last == now || untouched_ == UntouchedRows::keep) return;
  const autograd::Parameter& parameter = parameters_[index];
  const std::size_t first = row * parameter.columns;
  std::visit(
      [&]<class Rule>(const Rule& rule) {
        const auto states = slices<Rule>(states_[index].values, first, parameter.columns);
        const std::uint64_t moved = rule.moves(states) ? std::min(now, last + replayed_) : last;
        for (std::uint64_t step = last; step < moved; ++step) {
          update(run, index, first, std::span(zeros_).first(parameter.columns),
                 {.number = step + 1, .rate = rates_[step]});
        }
        if (moved == now) return;
        std::vector<double> rates(rates_.begin() + static_cast<std::ptrdiff_t>(moved), rates_.end());
        for (double& rate : rates) rate *= static_cast<double>(parameter.rate_scale);
        rule.fade(rates, parameter.decays, parameter.row(row), states);
      },
      rule_);
}

void Optimizer::catch_up(const kernels::Run& run, std::size_t parameter, std::span<const std::uint32_t> rows) {
  if (parameters_[parameter].frozen) return;
  operations::for_each(run, rows.size(), [&](std::size_t i) { replay(run, parameter, rows[i]); });
}

void Optimizer::catch_up(const kernels::Run& run) {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].sparse || parameters_[i].frozen) continue;
    operations::for_each(run, parameters_[i].rows, [&](std::size_t row) { replay(run, i, row); });
  }
}

void Optimizer::for_each_state(const std::function<void(const std::string&, std::span<std::byte>)>& visit) {
  visit("rates", std::as_writable_bytes(std::span(rates_)));
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const std::string& name = parameters_[i].name;
    for (std::size_t k = 0; k < states_[i].values.size(); ++k) {
      Buffer<float>& values = states_[i].values[k];
      visit(fmt::format("state.{}.{}", k, name), std::as_writable_bytes(std::span(values.data(), values.size())));
    }
    if (!states_[i].present.empty()) visit("present." + name, std::as_writable_bytes(std::span(states_[i].present)));
  }
}

void Optimizer::resize(std::uint64_t steps) { rates_.resize(steps); }

}  // namespace mana::train
