#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mana/kernels/gradients.h"

namespace mana::train {

/// What every rule knows of the step that it makes.
struct Step {
  std::uint64_t number = 1;  ///< from 1
  double rate = 0;           ///< r
  bool decays = true;        ///< weight decay applies to this parameter
  float gradient_scale = 1;  ///< what gradients are multiplied by first: g below is the product
};

/// What a rule remembers of each weight, beside it: spans of the weights' size.
using States = std::span<const std::span<float>>;

/// AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2), in step t with rate r:
///
///   m ← β₁ m + (1 − β₁) g
///   v ← β₂ v + (1 − β₂) g²
///   w ← (1 − r λ) w − r · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)        λ = 0 where the parameter does not decay
struct AdamW {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double decay = 0.01;  ///< λ

  static constexpr std::size_t kStates = 2;

  void update(const kernels::GradientTable& kernels, const Step& step, std::span<float> w,
              std::span<const float> gradient, States states) const;
  /// Whether a step without a gradient does more than to let weights decay.
  bool moves(States states) const;
  /// How much smaller each step without a gradient moves the weights than the one before.
  double fading() const;
  /// Steps without a gradient, at these rates, that move nothing any more.
  void fade(std::span<const double> rates, bool decays, std::span<float> w, States states) const;
};

/// Stochastic gradient descent with momentum μ (Sutskever et al. 2013), decay added to the gradient as in PyTorch:
///
///   v ← μ v + g + λ w,   w ← w − r v
struct Sgd {
  double momentum = 0.9;
  double decay = 0;  ///< λ

  static constexpr std::size_t kStates = 1;

  void update(const kernels::GradientTable& kernels, const Step& step, std::span<float> w,
              std::span<const float> gradient, States states) const;
  bool moves(States states) const;
  double fading() const { return decay > 0 ? 1 : momentum; }
  void fade(std::span<const double> rates, bool decays, std::span<float> w, States states) const;
};

}  // namespace mana::train
