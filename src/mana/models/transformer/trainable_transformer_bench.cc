// One training step of a small translator but for the update: pairs as long as captions of images. Where the time goes
// is in the counters, in milliseconds a step.
#include "mana/models/transformer/trainable_transformer.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <vector>

namespace mana::models {
namespace {

/// 4,096 target tokens and as many of their sources, pairs of one length side by side.
struct Pairs {
  Pairs() {
    constexpr std::size_t kLengths[] = {11, 12, 13, 14, 15, 16, 18, 22};
    std::mt19937 random(1);
    for (std::size_t pair = 0; target.size() < 4096; ++pair) {
      for (std::size_t t = 0; t < kLengths[pair / 32 % 8]; ++t) {
        source.push_back(static_cast<std::int32_t>(random() % 7990));
        target.push_back(static_cast<std::int32_t>(random() % 7990));
        labels.push_back(static_cast<std::uint32_t>(random() % 7990));
      }
      offsets.push_back(static_cast<std::uint32_t>(target.size()));
    }
  }
  nn::TokenBatch sources() const { return {source, {}, offsets}; }
  nn::TokenBatch targets() const { return {target, {}, offsets}; }

  std::vector<std::int32_t> source, target;
  std::vector<std::uint32_t> labels;
  std::vector<std::uint32_t> offsets = {0};
};

/// 3 + 3 layers of 256, 4 heads, inner 1024, 8,000 pieces tied three ways.
TransformerConfig tiny() {
  TransformerConfig config;
  config.source_vocabulary = config.target_vocabulary = 8000;
  config.model = 256;
  config.encoder = config.decoder = {3, 4, 1024};
  config.pad = config.start = 7999;
  return config;
}

/// The name of what is counted under an operation: "linear 384 -> 1536" is a "linear".
std::string kind(const std::string& operation) { return operation.substr(0, operation.find_first_of("0123456789")); }

void step(benchmark::State& state, kernels::Precision precision) {
  const kernels::Isa isa = kernels::choose_isa();
  if (!kernels::available(precision, isa)) return state.SkipWithError("the precision is not there");
  TrainableTransformer model(tiny(), 1, isa, precision);
  const Pairs pairs;
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
    const autograd::Variable losses =
        model.losses(model.training(tape, masks), pairs.sources(), pairs.targets(), pairs.labels, 0.1f);
    const auto middle = seconds();
    Tensor gradient = tape.tensor(losses.rows(), 1);
    std::fill_n(gradient.data(), losses.rows(), 1e-4f);
    tape.backward(losses, gradient);
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
  state.counters["tokens"] =
      benchmark::Counter(steps * 2.0 * static_cast<double>(pairs.target.size()), benchmark::Counter::kIsRate);
  state.counters["forward"] = forward / steps * 1e3;
  state.counters["backward"] = backward / steps * 1e3;
  state.counters["repacking"] = packing / steps * 1e3;
  state.counters["MB"] = static_cast<double>(pool.bytes()) * 1e-6;
  for (const auto& entry : profile.entries()) {
    state.counters["part " + kind(entry.operation)] += entry.seconds / team.size() / steps * 1e3;
  }
}

BENCHMARK_CAPTURE(step, f32, kernels::Precision::f32)->Args({2, 0})->Args({2, 1})->Args({1, 0})->UseRealTime();
BENCHMARK_CAPTURE(step, bf16, kernels::Precision::bf16)->Args({2, 0})->UseRealTime();

}  // namespace
}  // namespace mana::models
