// One training step of all-MiniLM-L6-v2 but for loss and update: 64 pairs of texts as long as those of the STS
// benchmark. Where the time goes is in the counters, in milliseconds a step.
#include "mana/models/sentence/trainable_model.h"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <random>
#include <vector>

#include "mana/models/step_bench.h"

namespace mana::models {
namespace {

struct Batch {
  Batch() {
    constexpr std::size_t kTexts = 128;
    constexpr std::uint32_t kLengths[] = {8, 13, 9, 10, 26, 9, 12, 8, 15, 10, 9, 18, 11, 13, 10, 14};
    std::mt19937 random(1);
    for (std::size_t text = 0; text < kTexts; ++text) {
      for (std::uint32_t t = 0; t < kLengths[text % 16]; ++t) {
        ids.push_back(static_cast<std::int32_t>(1000 + random() % 29000));
      }
      offsets.push_back(static_cast<std::uint32_t>(ids.size()));
    }
  }
  nn::TokenBatch tokens() const { return {ids, {}, offsets}; }

  std::vector<std::int32_t> ids;
  std::vector<std::uint32_t> offsets = {0};
};

void step(benchmark::State& state, kernels::Precision precision) {
  const char* home = std::getenv("HOME");
  const std::filesystem::path folder =
      std::filesystem::path(home == nullptr ? "" : home) / ".cache/mana/models/all-MiniLM-L6-v2";
  const kernels::Isa isa = kernels::choose_isa();
  if (!std::filesystem::exists(folder) || !kernels::available(precision, isa)) {
    return state.SkipWithError("the model or the precision is not there");
  }
  TrainableModel model(formats::read_sentence_folder(folder), isa, precision);
  const Batch batch;
  time_steps(state, model, 0.01f, [&](autograd::Tape& tape, nn::Masks& masks) {
    return model(model.training(tape, masks), batch.tokens());
  });
}

BENCHMARK_CAPTURE(step, f32, kernels::Precision::f32)->Args({2, 0})->Args({2, 1})->Args({1, 0})->UseRealTime();
BENCHMARK_CAPTURE(step, bf16, kernels::Precision::bf16)->Args({2, 0})->UseRealTime();

}  // namespace
}  // namespace mana::models
