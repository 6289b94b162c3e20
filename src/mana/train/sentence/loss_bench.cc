// A loss, forward and backward, of batches of vectors with 384 dimensions.
#include "mana/train/sentence/loss.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace mana::train {
namespace {

void measure(benchmark::State& state, std::string_view name) {
  constexpr std::size_t kDimensions = 384, kClasses = 32;
  const auto rows = static_cast<std::size_t>(state.range(0));
  Pool pool;
  autograd::Tape tape(kernels::Run{kernels::table(kernels::choose_isa()), pool});
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  const auto matrix = [&](std::size_t columns, const auto& next) {
    Tensor result = pool.tensor(rows, columns);
    std::generate_n(result.data(), rows * columns, next);
    return result;
  };
  Loss loss = make_loss(name, {.dimensions = kDimensions, .classes = name == "softmax" ? kClasses : 0});
  const std::size_t columns = std::max(loss.data.least_texts, loss.data.twice ? std::size_t{2} : 1);
  Labels labels;
  switch (loss.data.label) {
    case Label::vector: labels.values = matrix(kDimensions, [&] { return normal(random); }); break;
    case Label::binary: labels.values = matrix(1, [&] { return static_cast<float>(random() % 2); }); break;
    case Label::category:
      std::generate_n(std::back_inserter(labels.classes), rows, [&] { return random() % kClasses; });
      break;
    default: labels.values = matrix(1, [&] { return normal(random); });
  }
  for (auto _ : state) {
    std::vector<autograd::Variable> leaves;
    leaves.reserve(columns);
    for (std::size_t column = 0; column < columns; ++column) {
      leaves.push_back(tape.leaf(matrix(kDimensions, [value = 0U]() mutable {
        value = value * 1664525U + 1013904223U;  // quicker than what is measured
        return static_cast<float>(value) * 0x1p-32f - 0.5f;
      })));
    }
    tape.backward(loss(leaves, labels));
    benchmark::DoNotOptimize(leaves[0].gradient().data());
    tape.clear();
  }
}

const bool kRegistered = [] {
  for (const std::string_view name : vector_loss_names()) {
    benchmark::RegisterBenchmark(std::string(name).c_str(), measure, name)
        ->Arg(64)
        ->Arg(2048)
        ->Unit(benchmark::kMillisecond);
  }
  return true;
}();

}  // namespace
}  // namespace mana::train
