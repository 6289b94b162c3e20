#include <algorithm>
#include <cmath>

#include "mana/train/update_rules.h"

namespace mana::train {
namespace {

/// 1 − r λ, rounded as every step rounds it: a thousand of them would tell the difference.
float kept_share(double rate, double decay) { return static_cast<float>(1 - rate * decay); }

}  // namespace

void AdamW::update(const kernels::GradientTable& kernels, const Step& step, std::span<float> w,
                   std::span<const float> gradient, States states) const {
  const auto t = static_cast<double>(step.number);
  // The corrections are of the β that the kernel rounds to: 1 − β₂ differs from that of the unrounded one by 1e-5.
  const auto b1 = static_cast<float>(beta1), b2 = static_cast<float>(beta2);
  kernels.adamw({.gradient = gradient.data(),
                 .count = w.size(),
                 .gradient_factor = step.gradient_scale,
                 .beta1 = b1,
                 .beta2 = b2,
                 .epsilon = static_cast<float>(epsilon),
                 .decay_factor = step.decays ? kept_share(step.rate, decay) : 1,
                 .step_size = static_cast<float>(step.rate / (1 - std::pow(double{b1}, t))),
                 .inverse_correction = static_cast<float>(1 / std::sqrt(1 - std::pow(double{b2}, t))),
                 .first_moment = states[0].data(),
                 .second_moment = states[1].data(),
                 .values = w.data()});
}

bool AdamW::moves(States states) const {
  return std::any_of(states[0].begin(), states[0].end(), [](float m) { return m != 0; });
}

double AdamW::fading() const { return beta1 / std::sqrt(beta2); }

void AdamW::fade(std::span<const double> rates, bool decays, std::span<float> w, States states) const {
  const auto n = static_cast<double>(rates.size());
  const auto fade_m = static_cast<float>(std::pow(beta1, n)), fade_v = static_cast<float>(std::pow(beta2, n));
  for (float& m : states[0]) m *= fade_m;
  for (float& v : states[1]) v *= fade_v;
  if (!decays || decay == 0) return;
  double kept = 1;
  for (const double rate : rates) kept *= double{kept_share(rate, decay)};
  for (float& each : w) each *= static_cast<float>(kept);
}

}  // namespace mana::train
