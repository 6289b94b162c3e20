// One training step of a small translator but for the update: pairs as long as captions of images. Where the time goes
// is in the counters, in milliseconds a step.
#include "mana/models/transformer/trainable_transformer.h"

#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "mana/models/step_bench.h"

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

void step(benchmark::State& state, kernels::Precision precision) {
  const kernels::Isa isa = kernels::choose_isa();
  if (!kernels::available(precision, isa)) return state.SkipWithError("the precision is not there");
  TrainableTransformer model(tiny(), 1, isa, precision);
  const Pairs pairs;
  time_steps(state, model, 1e-4f, [&](autograd::Tape& tape, nn::Masks& masks) {
    return model.losses(model.training(tape, masks), pairs.sources(), pairs.targets(), pairs.labels, 0.1f);
  });
  const double tokens = 2.0 * static_cast<double>(state.iterations()) * static_cast<double>(pairs.target.size());
  state.counters["tokens"] = benchmark::Counter(tokens, benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(step, f32, kernels::Precision::f32)->Args({2, 0})->Args({2, 1})->Args({1, 0})->UseRealTime();
BENCHMARK_CAPTURE(step, bf16, kernels::Precision::bf16)->Args({2, 0})->UseRealTime();

}  // namespace
}  // namespace mana::models
