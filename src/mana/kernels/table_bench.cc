// The products of all-MiniLM-L6-v2 at every level: flops of f32 multiply-adds per second on one thread.
#include "mana/kernels/table.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "mana/kernels/matrix_weights.h"

namespace mana::kernels {
namespace {

std::vector<float> random_values(std::size_t size) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> values(size);
  for (float& value : values) value = normal(random);
  return values;
}

void linear(benchmark::State& state, Isa isa, Precision precision, Activation activation) {
  const auto rows = static_cast<std::size_t>(state.range(0)), inputs = static_cast<std::size_t>(state.range(1)),
             outputs = static_cast<std::size_t>(state.range(2));
  const Table& kernels = table(isa, precision);
  MatrixWeights laid_out(outputs, inputs, kernels.layout);
  laid_out.set(0, random_values(inputs * outputs), random_values(outputs));
  const auto x = random_values(rows * inputs);
  Buffer<float> y(rows * outputs);
  Buffer<std::byte> scratch(kernels.linear_scratch(rows, inputs)),
      operands(kernels.operands.layout.bytes(rows, inputs)), y_rounded(kernels.rounded.layout.bytes(rows, outputs));
  if (kernels.operands.exists()) kernels.operands.make({x.data(), rows, inputs, {operands.data(), 0}});
  for (auto _ : state) {
    kernels.linear({x.data(), rows, laid_out, activation, y.data(), 0, laid_out.panel_count(), scratch.data(),
                    operands.data(), y_rounded.data()});
    benchmark::ClobberMemory();
  }
  state.counters["FLOP/s"] = benchmark::Counter(2.0 * static_cast<double>(rows * inputs * outputs),
                                                benchmark::Counter::kIsIterationInvariantRate);
}

void attention(benchmark::State& state, Isa isa, Precision precision, bool causal) {
  const auto length = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t kHeads = 12, kHeadWidth = 32;
  constexpr std::size_t kModel = kHeads * kHeadWidth;
  const Table& kernels = table(isa, precision);
  const auto qkv = random_values(length * 3 * kModel);
  Buffer<float> out(length * kModel);
  const OperandKernel& kernel = kernels.rounded;
  Buffer<std::byte> rounded(kernel.layout.bytes(length, 3 * kModel)), out_rounded(kernel.layout.bytes(length, kModel));
  if (kernel.exists()) kernel.make({qkv.data(), length, 3 * kModel, {rounded.data(), 0}});
  const auto columns = [&](std::size_t first) {
    return HeadRows<const float>{qkv.data(), 3 * kModel, 0, first, rounded.data()};
  };
  AttentionCall call{.q = columns(0),
                     .k = columns(kModel),
                     .v = columns(2 * kModel),
                     .queries = length,
                     .keys = length,
                     .heads = kHeads,
                     .key_heads = kHeads,
                     .head_width = kHeadWidth,
                     .value_width = kHeadWidth,
                     .divisor = std::sqrt(static_cast<float>(kHeadWidth)),
                     .reach = causal ? Reach::causal() : Reach::all(),
                     .first_head = 0,
                     .last_head = kHeads,
                     .out = {out.data(), kModel, 0, 0, kernel.exists() ? out_rounded.data() : nullptr},
                     .scratch = nullptr};
  Buffer<float> scratch(kernels.attention_scratch(call));
  call.scratch = scratch.data();
  for (auto _ : state) {
    kernels.attention(call);
    benchmark::ClobberMemory();
  }
  state.counters["FLOP/s"] = benchmark::Counter(4.0 * static_cast<double>(length * length * kHeads * kHeadWidth),
                                                benchmark::Counter::kIsIterationInvariantRate);
}

void add_norm(benchmark::State& state, Isa isa) {
  constexpr std::size_t kRows = 256, kWidth = 384;
  const auto x = random_values(kRows * kWidth), y = random_values(kRows * kWidth), gamma = random_values(kWidth);
  Buffer<float> z(kRows * kWidth);
  for (auto _ : state) {
    table(isa).add_norm({x.data(), y.data(), kRows, kWidth, gamma.data(), gamma.data(), 1e-12f, z.data()});
    benchmark::ClobberMemory();
  }
  state.counters["rows/s"] =
      benchmark::Counter(static_cast<double>(kRows), benchmark::Counter::kIsIterationInvariantRate);
}

const bool kRegistered = [] {
  for (const Isa isa : available_isas()) {
    if (isa == Isa::portable) continue;
    const std::string level(name_of(isa));
    for (const Precision precision : {Precision::f32, Precision::bf16, Precision::int8}) {
      if (!available(precision, isa)) continue;
      const std::string name = level + "/" + std::string(name_of(precision));
      for (const auto& [inputs, outputs] : {std::pair{384, 1152}, {384, 384}, {1536, 384}}) {
        for (const int rows : {12, 256}) {
          benchmark::RegisterBenchmark(("linear/" + name).c_str(), linear, isa, precision, Activation::identity)
              ->Args({rows, inputs, outputs});
        }
      }
      benchmark::RegisterBenchmark(("linear_gelu/" + name).c_str(), linear, isa, precision, Activation::gelu)
          ->Args({256, 384, 1536});
    }
    for (const Precision precision : {Precision::f32, Precision::bf16}) {
      if (!available(precision, isa)) continue;
      const std::string name = "attention/" + level + "/" + std::string(name_of(precision));
      for (const bool causal : {false, true}) {
        benchmark::RegisterBenchmark((name + (causal ? "/causal" : "")).c_str(), attention, isa, precision, causal)
            ->Arg(12)
            ->Arg(36)
            ->Arg(89)
            ->Arg(256);
      }
    }
    benchmark::RegisterBenchmark(("add_norm/" + level).c_str(), add_norm, isa);
  }
  return true;
}();

}  // namespace
}  // namespace mana::kernels
