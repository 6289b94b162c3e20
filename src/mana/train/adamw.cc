#include <algorithm>
#include <cmath>

#include "mana/train/update_rules.h"

namespace mana::train {
namespace {

/// 1 − r λ, rounded as every step rounds it: a thousand of them would tell the difference.
float kept_share(double rate, double decay) { return static_cast<float>(1 - rate * decay); }

}  // namespace

void AdamW::update(const Step& step, std::span<float> w, std::span<const float> gradient, States states) const {
  const auto t = static_cast<double>(step.number);
  const float keep = step.decays ? kept_share(step.rate, decay) : 1;
  const auto b1 = static_cast<float>(beta1), b2 = static_cast<float>(beta2);
  const auto rest1 = static_cast<float>(1 - beta1), rest2 = static_cast<float>(1 - beta2);
  const auto size = static_cast<float>(step.rate / (1 - std::pow(beta1, t)));
  const auto inverse = static_cast<float>(1 / std::sqrt(1 - std::pow(beta2, t)));
  const auto small = static_cast<float>(epsilon);
  float* const m = states[0].data();
  float* const v = states[1].data();
  const auto each = [&](std::size_t i, float g) {
    m[i] = b1 * m[i] + rest1 * g;
    v[i] = b2 * v[i] + rest2 * (g * g);
    w[i] = keep * w[i] - size * m[i] / (std::sqrt(v[i]) * inverse + small);
  };
  if (gradient.empty()) {
    for (std::size_t i = 0; i < w.size(); ++i) each(i, 0);
  } else {
    for (std::size_t i = 0; i < w.size(); ++i) each(i, step.gradient_scale * gradient[i]);
  }
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
