// The cross-entropy of a masked-word head: 512 tokens, BERT's vocabulary, MiniLM's width. Value and gradients of x, W
// and b; the logits block by block, or whole by the same kernels, or composed of operations on small matrices.
#include "mana/autograd/operations/linear_cross_entropy.h"

#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "mana/autograd/operations.h"
#include "mana/operations/linear.h"
#include "mana/operations/own_layout.h"
#include "mana/operations/training_kernels.h"

namespace mana::autograd {
namespace {

constexpr std::size_t kClasses = 30522, kWidth = 384;

std::vector<float> random_values(std::size_t size, float spread) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0.0f, spread);
  std::vector<float> values(size);
  for (float& value : values) value = normal(random);
  return values;
}

struct Head {
  explicit Head(std::size_t row_count) : rows(row_count) {
    for (std::size_t row = 0; row < rows; ++row) classes.push_back(static_cast<std::uint32_t>(row * 57 % kClasses));
    weights.rows = kClasses;
    weights.columns = kWidth;
    weights.values = w;
    weights.gradient = dw;
    bias.columns = kClasses;
    bias.values = b;
    bias.gradient = db;
  }
  Tensor input(Pool& pool) const {
    Tensor tensor = pool.tensor(rows, kWidth);
    std::ranges::copy(x, tensor.data());
    return tensor;
  }

  std::size_t rows;
  std::vector<float> x = random_values(rows * kWidth, 1), w = random_values(kClasses * kWidth, 0.02f);
  std::vector<float> b = random_values(kClasses, 1), dw = std::vector<float>(w.size()),
                     db = std::vector<float>(b.size());
  std::vector<std::uint32_t> classes;
  Parameter weights, bias;
};

void in_blocks(const kernels::Run& run, Head& head) {
  Tape tape(run);
  const Variable x = tape.leaf(head.input(run.pool));
  tape.backward((1 / static_cast<float>(head.rows)) *
                sum(linear_cross_entropy(x, head.weights, &head.bias, head.classes)));
  benchmark::DoNotOptimize(x.gradient().data());
}

void whole(const kernels::Run& run, Head& head) {
  const Tensor x = head.input(run.pool);
  const kernels::GradientTable& kernels = operations::training_kernels(run);
  Tensor logits;
  {
    const operations::OwnLayout weights(run, head.w.data(), head.b.data(), kClasses, kWidth);
    logits = operations::linear(run, x, *weights);
  }
  std::vector<kernels::LogitSums> sums(head.rows);
  const std::vector<float> scales(head.rows, 1 / static_cast<float>(head.rows));
  run.split(head.rows, [&](std::size_t first, std::size_t last, unsigned) {
    float* const rows = logits.data() + first * kClasses;
    kernels.logit_sums({rows, last - first, kClasses, sums.data() + first});
    kernels.cross_entropy_gradient({rows, last - first, kClasses, 0, sums.data() + first, head.classes.data() + first,
                                    scales.data() + first, 0, kClasses});
  });
  operations::add_linear_gradient(run, x.data(), kWidth, logits, head.dw.data(), head.db.data());
  const Tensor dx = operations::linear_input_gradient(run, head.w.data(), kWidth, logits);
  benchmark::DoNotOptimize(dx.data());
}

void composed(const kernels::Run& run, Head& head) {
  Tape tape(run);
  const Variable x = tape.leaf(head.input(run.pool));
  const Variable logits = add_row(product(x, parameter_value(tape, head.weights)), parameter_value(tape, head.bias));
  tape.backward(cross_entropy(logits, head.classes));
  benchmark::DoNotOptimize(x.gradient().data());
}

template <auto kStep>
void step(benchmark::State& state) {
  Head head(static_cast<std::size_t>(state.range(0)));
  Team team(static_cast<unsigned>(state.range(1)));
  const auto precision = state.range(2) == 0 ? kernels::Precision::f32 : kernels::Precision::bf16;
  const kernels::Isa isa = kernels::choose_isa();
  if (!kernels::available(precision, isa)) return state.SkipWithError("bf16 is not available here");
  Pool pool;
  const kernels::Run run{kernels::table(isa, precision), pool, &team};
  for (auto _ : state) kStep(run, head);
  state.counters["MiB"] = static_cast<double>(pool.bytes()) / (1 << 20);
}

void shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"rows", "threads", "bf16"})->Unit(benchmark::kMillisecond)->UseRealTime();
  for (const int bf16 : {0, 1}) {
    for (const int threads : {1, 2}) benchmark->Args({512, threads, bf16});
  }
}

BENCHMARK(step<in_blocks>)->Apply(shapes)->Name("cross_entropy/in_blocks");
BENCHMARK(step<whole>)->Apply(shapes)->Name("cross_entropy/whole");
BENCHMARK(step<composed>)->Apply(shapes)->Name("cross_entropy/composed");

}  // namespace
}  // namespace mana::autograd
