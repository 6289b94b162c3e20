// A step of training all-MiniLM-L6-v2 at every level, kernel by kernel, on one thread.
#include "mana/kernels/gradients.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "mana/kernels/matrix_weights.h"

namespace mana::kernels {
namespace {

constexpr std::size_t kWidth = 384;

std::vector<float> random_values(std::size_t size) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> values(size);
  for (float& value : values) value = normal(random);
  return values;
}

void count(benchmark::State& state, const char* what, double amount) {
  state.counters[what] = benchmark::Counter(amount, benchmark::Counter::kIsIterationInvariantRate);
}

struct Shape {
  explicit Shape(const benchmark::State& state)
      : rows(static_cast<std::size_t>(state.range(0))),
        inputs(static_cast<std::size_t>(state.range(1))),
        outputs(static_cast<std::size_t>(state.range(2))) {}
  double flops() const { return 2.0 * static_cast<double>(rows * inputs * outputs); }
  std::size_t rows, inputs, outputs;
};

/// Y = X Wᵀ; with the sides of W turned, dX = dY W.
void product(benchmark::State& state, Isa isa, Precision precision) {
  const Shape shape(state);
  const Table& kernels = table(isa, precision);
  MatrixWeights laid_out(shape.outputs, shape.inputs, kernels.layout);
  laid_out.set(0, random_values(shape.inputs * shape.outputs), {});
  const auto x = random_values(shape.rows * shape.inputs);
  Buffer<float> y(shape.rows * shape.outputs);
  Buffer<std::byte> scratch(kernels.linear_scratch(shape.rows, shape.inputs));
  for (auto _ : state) {
    kernels.linear(
        {x.data(), shape.rows, laid_out, Activation::identity, y.data(), 0, laid_out.panel_count(), scratch.data()});
    benchmark::ClobberMemory();
  }
  count(state, "FLOP/s", shape.flops());
}

void weight_gradient(benchmark::State& state, Isa isa, Precision precision) {
  const Shape shape(state);
  const GradientTable& kernels = gradient_table(isa, precision);
  const auto x = random_values(shape.rows * shape.inputs), dy = random_values(shape.rows * shape.outputs);
  Buffer<float> dw(shape.inputs * shape.outputs), db(shape.outputs);
  Buffer<std::byte> scratch(kernels.weight_gradient_scratch(shape.rows, shape.inputs, shape.outputs));
  for (auto _ : state) {
    kernels.weight_gradient({x.data(), dy.data(), shape.rows, shape.inputs, shape.outputs, dw.data(), db.data(), 0,
                             weight_gradient_parts(shape.inputs, shape.outputs), scratch.data()});
    benchmark::ClobberMemory();
  }
  count(state, "FLOP/s", shape.flops());
}

void lay_out(benchmark::State& state, Isa isa, Precision precision, bool transposed) {
  const std::size_t inputs = kWidth, outputs = static_cast<std::size_t>(state.range(0));
  MatrixWeights laid_out(outputs, inputs, table(isa, precision).layout);
  laid_out.allocate();
  const auto w = random_values(inputs * outputs);
  for (auto _ : state) {
    gradient_table(isa, precision).lay_out({w.data(), nullptr, transposed, laid_out, 0, laid_out.panel_count()});
    benchmark::ClobberMemory();
  }
  count(state, "weights/s", static_cast<double>(w.size()));
}

void attention(benchmark::State& state, Isa isa, float probability, bool backward) {
  const auto length = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t kHeads = 12, kHeadWidth = kWidth / kHeads;
  const GradientTable& kernels = gradient_table(isa);
  const auto qkv = random_values(length * 3 * kWidth), dout = random_values(length * kWidth);
  Buffer<float> out(length * kWidth), dqkv(qkv.size());
  const auto columns = [&](auto* values, std::size_t part) {
    return HeadRows<std::remove_pointer_t<decltype(values)>>{values, 3 * kWidth, 0, part * kWidth};
  };
  AttentionCall call{.q = columns(qkv.data(), 0),
                     .k = columns(qkv.data(), 1),
                     .v = columns(qkv.data(), 2),
                     .queries = length,
                     .keys = length,
                     .heads = kHeads,
                     .key_heads = kHeads,
                     .head_width = kHeadWidth,
                     .value_width = kHeadWidth,
                     .divisor = std::sqrt(static_cast<float>(kHeadWidth)),
                     .dropout = Dropout(probability, 1),
                     .first_head = 0,
                     .last_head = kHeads,
                     .out = {out.data(), kWidth},
                     .scratch = nullptr};
  const AttentionGradient gradient{
      {dout.data(), kWidth}, columns(dqkv.data(), 0), columns(dqkv.data(), 1), columns(dqkv.data(), 2)};
  Buffer<float> scratch(std::max(kernels.attention_scratch(call), kernels.attention_gradient_scratch(call)));
  call.scratch = scratch.data();
  for (auto _ : state) {
    if (backward) {
      kernels.attention_gradient(call, gradient);
    } else {
      kernels.attention(call);
    }
    benchmark::ClobberMemory();
  }
  count(state, "tokens/s", static_cast<double>(length));
}

constexpr std::size_t kRows = 256;

void norm(benchmark::State& state, Isa isa, float probability) {
  const auto x = random_values(kRows * kWidth), y = x, gamma = random_values(kWidth);
  Buffer<float> z(kRows * kWidth), normal(kRows * kWidth), scale(kRows);
  for (auto _ : state) {
    gradient_table(isa).add_norm({x.data(), y.data(), Dropout(probability, 1), 0, kRows, kWidth, gamma.data(),
                                  gamma.data(), 1e-12f, z.data(), normal.data(), scale.data()});
    benchmark::ClobberMemory();
  }
  count(state, "rows/s", static_cast<double>(kRows));
}

void norm_gradient(benchmark::State& state, Isa isa, float probability) {
  const auto dz = random_values(kRows * kWidth), normal = dz, gamma = random_values(kWidth),
             scale = random_values(kRows);
  Buffer<float> dh(kRows * kWidth), dy(kRows * kWidth), partial(norm_blocks(kRows) * 2 * kWidth);
  for (auto _ : state) {
    gradient_table(isa).add_norm_gradient({dz.data(), normal.data(), scale.data(), gamma.data(),
                                           Dropout(probability, 1), kRows, kWidth, dh.data(), dy.data(), 0,
                                           norm_blocks(kRows), partial.data()});
    benchmark::ClobberMemory();
  }
  count(state, "rows/s", static_cast<double>(kRows));
}

void dropout(benchmark::State& state, Isa isa) {
  const auto x = random_values(kRows * kWidth);
  Buffer<float> y(x.size());
  for (auto _ : state) {
    gradient_table(isa).dropout({Dropout(0.1f, 1), x.data(), 0, kRows, kWidth, y.data()});
    benchmark::ClobberMemory();
  }
  count(state, "values/s", static_cast<double>(x.size()));
}

void gelu(benchmark::State& state, Isa isa, bool backward) {
  const auto x = random_values(kRows * kWidth), dy = x;
  Buffer<float> y(x.size());
  for (auto _ : state) {
    if (backward) {
      gradient_table(isa).activation_gradient({Activation::gelu, x.data(), dy.data(), x.size(), y.data()});
    } else {
      gradient_table(isa).activate({Activation::gelu, x.data(), x.size(), y.data()});
    }
    benchmark::ClobberMemory();
  }
  count(state, "values/s", static_cast<double>(x.size()));
}

void adamw(benchmark::State& state, Isa isa) {
  const auto g = random_values(static_cast<std::size_t>(state.range(0)));
  auto m = g, w = g;
  std::vector<float> v(g.size(), 1.0f);
  for (auto _ : state) {
    gradient_table(isa).adamw(
        {g.data(), g.size(), 1, 0.9f, 0.999f, 1e-8f, 0.99f, 1e-5f, 1, m.data(), v.data(), w.data()});
    benchmark::ClobberMemory();
  }
  count(state, "weights/s", static_cast<double>(g.size()));
}

void sum_of_squares(benchmark::State& state, Isa isa) {
  const auto g = random_values(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(gradient_table(isa).sum_of_squares(g.data(), g.size()));
  count(state, "weights/s", static_cast<double>(g.size()));
}

template <class... Arguments>
auto add(const std::string& name, const Arguments&... arguments) {
  return benchmark::RegisterBenchmark(name.c_str(), arguments...);
}

const bool kRegistered = [] {
  for (const Isa isa : available_isas()) {
    if (isa == Isa::portable) continue;
    const std::string level(name_of(isa));
    for (const Precision precision : {Precision::f32, Precision::bf16}) {
      if (!available(precision, isa)) continue;
      const std::string name = level + "/" + std::string(name_of(precision));
      for (const auto& [inputs, outputs] : {std::pair{384, 1152}, {384, 384}, {384, 1536}, {1536, 384}}) {
        for (const int rows : {500, 2000}) {
          add("product/" + name, product, isa, precision)->Args({rows, inputs, outputs});
          add("input_gradient/" + name, product, isa, precision)->Args({rows, outputs, inputs});
          add("weight_gradient/" + name, weight_gradient, isa, precision)->Args({rows, inputs, outputs});
        }
      }
      for (const int outputs : {1536, 27648}) {  // one matrix, and as many weights as the model has
        add("lay_out/" + name, lay_out, isa, precision, false)->Arg(outputs);
        add("lay_out_transposed/" + name, lay_out, isa, precision, true)->Arg(outputs);
      }
    }
    for (const int length : {12, 30, 89, 256}) {
      add("attention/" + level, attention, isa, 0.0f, false)->Arg(length);
      add("attention_dropout/" + level, attention, isa, 0.1f, false)->Arg(length);
      add("attention_gradient/" + level, attention, isa, 0.0f, true)->Arg(length);
      add("attention_gradient_dropout/" + level, attention, isa, 0.1f, true)->Arg(length);
    }
    for (const float probability : {0.0f, 0.1f}) {
      const std::string with = probability == 0 ? "" : "_dropout";
      add("norm" + with + "/" + level, norm, isa, probability);
      add("norm_gradient" + with + "/" + level, norm_gradient, isa, probability);
    }
    add("dropout/" + level, dropout, isa);
    add("gelu/" + level, gelu, isa, false);
    add("gelu_gradient/" + level, gelu, isa, true);
    for (const int weights : {10000, 10000000}) {
      add("adamw/" + level, adamw, isa)->Arg(weights);
      add("sum_of_squares/" + level, sum_of_squares, isa)->Arg(weights);
    }
  }
  return true;
}();

}  // namespace
}  // namespace mana::kernels
