#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mana/kernels/reference/activation.h"
#include "mana/kernels/reference/linear.h"
#include "mana/kernels/reference/norm.h"

/// The heads of pre-training in double, one operation after the other, with their gradients: what tests hold nn's to.
namespace mana::nn::reference {

using Values = std::vector<double>;

/// W [outputs, inputs] and b
struct Map {
  std::size_t outputs, inputs;
  Values w, b;

  Map like() const { return {outputs, inputs, Values(w.size()), Values(b.size())}; }
  Values operator()(const Values& x) const {
    const std::size_t rows = x.size() / inputs;
    Values y(rows * outputs);
    kernels::reference::linear(x.data(), rows, w.data(), b.data(), inputs, outputs, kernels::Activation::identity,
                               y.data(), outputs);
    return y;
  }
  /// dW += dyᵀ x,   db += Σ_rows dy;   returned is dx = dy W
  Values gradient(const Values& x, const Values& dy, Map& sums) const {
    Values dx(x.size());
    for (std::size_t row = 0; row < x.size() / inputs; ++row) {
      for (std::size_t o = 0; o < outputs; ++o) {
        const double d = dy[row * outputs + o];
        sums.b[o] += d;
        for (std::size_t i = 0; i < inputs; ++i) {
          sums.w[o * inputs + i] += d * x[row * inputs + i];
          dx[row * inputs + i] += d * w[o * inputs + i];
        }
      }
    }
    return dx;
  }
};

inline Values activated(kernels::Activation f, Values u) {
  for (double& each : u) each = kernels::reference::activate(f, each);
  return u;
}
inline Values activation_gradient(kernels::Activation f, const Values& u, Values dy) {
  for (std::size_t i = 0; i < u.size(); ++i) dy[i] *= kernels::reference::activation_derivative(f, u[i]);
  return dy;
}

/// Σ_i −log softmax(logits_i)_{c(i)}, and what it is differentiated to: softmax − [k = c(i)]
inline double cross_entropy(const Values& logits, const std::vector<std::uint32_t>& classes,
                            Values* dlogits = nullptr) {
  const std::size_t width = logits.size() / classes.size();
  double loss = 0;
  if (dlogits != nullptr) *dlogits = logits;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < width; ++k) sum += std::exp(logits[i * width + k]);
    loss += std::log(sum) - logits[i * width + classes[i]];
    for (std::size_t k = 0; k < width && dlogits != nullptr; ++k) {
      (*dlogits)[i * width + k] = std::exp(logits[i * width + k]) / sum - (k == classes[i] ? 1 : 0);
    }
  }
  return loss;
}

/// nn::MaskedWordHead: the sum of its losses.
struct MaskedWordHead {
  static constexpr auto kActivation = kernels::Activation::gelu;
  static constexpr double kEpsilon = 1e-12;

  Map transform;
  Values gamma, beta;
  Map decoder;

  double loss(const Values& x, const std::vector<std::uint32_t>& words) const {
    Values h = activated(kActivation, transform(x));
    kernels::reference::add_norm<double>(h.data(), nullptr, words.size(), gamma.size(), gamma.data(), beta.data(),
                                         kEpsilon, h.data());
    return cross_entropy(decoder(h), words);
  }
  /// Adds to `sums`, returns dx.
  Values gradient(const Values& x, const std::vector<std::uint32_t>& words, MaskedWordHead& sums) const {
    const std::size_t width = gamma.size();
    const Values u = transform(x), a = activated(kActivation, u);
    Values h(a.size()), normal(a.size()), scales, da(a.size()), dlogits;
    for (std::size_t row = 0; row < words.size(); ++row) {
      const std::size_t at = row * width;
      scales.push_back(kernels::reference::norm_forward(a.data() + at, width, gamma.data(), beta.data(), kEpsilon,
                                                        h.data() + at, normal.data() + at));
    }
    cross_entropy(decoder(h), words, &dlogits);
    const Values dh = decoder.gradient(h, dlogits, sums.decoder);
    for (std::size_t row = 0; row < words.size(); ++row) {
      const std::size_t at = row * width;
      kernels::reference::norm_gradient(dh.data() + at, normal.data() + at, scales[row], width, gamma.data(),
                                        da.data() + at, sums.gamma.data(), sums.beta.data());
    }
    return transform.gradient(x, activation_gradient(kActivation, u, da), sums.transform);
  }
};

/// nn::NextSentenceHead: the sum of the cross-entropies of its classes.
struct NextSentenceHead {
  Map pooler, classes;

  double loss(const Values& x, const std::vector<std::uint32_t>& labels) const {
    return cross_entropy(classes(activated(kernels::Activation::tanh, pooler(x))), labels);
  }
  Values gradient(const Values& x, const std::vector<std::uint32_t>& labels, NextSentenceHead& sums) const {
    const Values u = pooler(x), p = activated(kernels::Activation::tanh, u);
    Values dlogits;
    cross_entropy(classes(p), labels, &dlogits);
    const Values dp = classes.gradient(p, dlogits, sums.classes);
    return pooler.gradient(x, activation_gradient(kernels::Activation::tanh, u, dp), sums.pooler);
  }
};

}  // namespace mana::nn::reference
