#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "mana/autograd/tape.h"
#include "mana/base/team.h"
#include "mana/nn/training.h"

namespace mana::models {

/// Times steps of training but for loss and update: pass(tape, masks) is the forward pass, whose result's gradient is
/// `slope` everywhere. state.range(0): threads; state.range(1): whether there is dropout. Where the time goes is in the
/// counters, in milliseconds a step.
template <class Model, class Pass>
void time_steps(benchmark::State& state, Model& model, float slope, const Pass& pass) {
  Pool pool;
  Team team(static_cast<unsigned>(state.range(0)));
  kernels::Profile profile;
  const nn::Run run{model.kernels(), pool, &team, &profile};
  autograd::Tape tape(run);
  const bool drops = state.range(1) != 0;
  double forward = 0, backward = 0, packing = 0;
  const auto seconds = [] { return std::chrono::steady_clock::now(); };
  const auto add = [](double& sum, auto begin, auto end) { sum += std::chrono::duration<double>(end - begin).count(); };
  const auto one = [&](std::uint64_t number) {
    nn::Masks masks = model.masks(1, number);
    if (!drops) masks.hidden = masks.attention = 0;
    const auto begin = seconds();
    const autograd::Variable result = pass(tape, masks);
    const auto middle = seconds();
    Tensor gradient = tape.tensor(result.rows(), result.columns());
    std::fill_n(gradient.data(), result.rows() * result.columns(), slope);
    tape.backward(result, gradient);
    const auto end = seconds();
    model.refresh(run);
    add(packing, end, seconds());
    add(backward, middle, end);
    add(forward, begin, middle);
    tape.clear();
  };
  one(0);  // memory comes with the first
  profile.clear();
  forward = backward = packing = 0;
  std::uint64_t number = 0;
  for (auto _ : state) one(++number);

  const auto steps = static_cast<double>(state.iterations());
  state.counters["forward"] = forward / steps * 1e3;
  state.counters["backward"] = backward / steps * 1e3;
  state.counters["repacking"] = packing / steps * 1e3;
  state.counters["MB"] = static_cast<double>(pool.bytes()) * 1e-6;
  for (const auto& entry : profile.entries()) {  // "linear 384 -> 1536" is a "linear"
    const std::string kind = entry.operation.substr(0, entry.operation.find_first_of("0123456789"));
    state.counters["part " + kind] += entry.seconds / team.size() / steps * 1e3;
  }
}

}  // namespace mana::models
