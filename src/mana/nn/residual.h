#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "mana/nn/layer_norm.h"
#include "mana/nn/training.h"

namespace mana::nn {

/// Where the norm of a residual branch f stands:
///
///   behind   y = LayerNorm(x + f(x))      post-norm: Vaswani et al. 2017, section 3.1
///   before   y = x + f(LayerNorm(x))      pre-norm: Xiong et al. 2020, arXiv:2002.04745
enum class NormPlace : std::uint8_t { behind, before };

/// What flows along the residual connections: x, and a branch that has not been added to it yet, so that the addition
/// and the norm that follows are one pass over memory.      x, branch: [tokens, model]
template <class Value>
struct Stream {
  Value x;
  std::optional<Value> branch = {};

  Stream(Value start) : x(std::move(start)) {}  // NOLINT(google-explicit-constructor): a value is a stream
  Stream(Value sum, Value added) : x(std::move(sum)), branch(std::move(added)) {}
};

/// A residual connection around a branch f, with its norm. In training f's result is dropped out.
struct Residual {
  LayerNorm norm;
  NormPlace place = NormPlace::behind;

  static void parts(auto& self, auto&& visit) { visit("", self.norm); }

  template <class Context, class Value, class Branch>
  Stream<Value> operator()(const Context& run, Stream<Value> in, const Branch& f) const {
    if (place == NormPlace::behind) return norm(run, in.x, f(in.x));
    auto [x, normal] = norm.beside(run, std::move(in.x), std::move(in.branch));
    Value branch = f(normal);
    release(normal);
    return {std::move(x), std::move(branch)};
  }
};

/// What a stack of layers leaves: its stream added up, behind a last norm where it has one.
template <class Context, class Value>
Value end_of(const Context& run, Stream<Value> in, const std::optional<LayerNorm>& last = {}) {
  if (!in.branch) return last ? (*last)(run, std::move(in.x)) : std::move(in.x);
  if (last) return (*last)(run, in.x, std::move(*in.branch));
  return add(run, drop(run, std::move(*in.branch)), in.x);
}

}  // namespace mana::nn
