// One training step of all-MiniLM-L6-v2 but for loss and update: 64 pairs of texts as long as those of the STS
// benchmark. Where the time goes is in the counters, in milliseconds a step.
#include "mana/models/sentence/trainable_model.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

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

/// The name of what is counted under an operation: "linear 384 -> 1536" is a "linear".
std::string kind(const std::string& operation) { return operation.substr(0, operation.find_first_of("0123456789")); }

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
    const autograd::Variable vectors = model(model.training(tape, masks), batch.tokens());
    const auto middle = seconds();
    Tensor gradient = tape.tensor(vectors.rows(), vectors.columns());
    std::fill_n(gradient.data(), vectors.rows() * vectors.columns(), 0.01f);
    tape.backward(vectors, gradient);
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
  for (const auto& entry : profile.entries()) {
    state.counters["part " + kind(entry.operation)] += entry.seconds / team.size() / steps * 1e3;
  }
}

BENCHMARK_CAPTURE(step, f32, kernels::Precision::f32)->Args({2, 0})->Args({2, 1})->Args({1, 0})->UseRealTime();
BENCHMARK_CAPTURE(step, bf16, kernels::Precision::bf16)->Args({2, 0})->UseRealTime();

}  // namespace
}  // namespace mana::models
