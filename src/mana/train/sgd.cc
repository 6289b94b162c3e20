#include <algorithm>
#include <cmath>

#include "mana/train/update_rules.h"

namespace mana::train {

void Sgd::update(const kernels::GradientTable&, const Step& step, std::span<float> w, std::span<const float> gradient,
                 States states) const {
  const auto lambda = static_cast<float>(step.decays ? decay : 0);
  const auto mu = static_cast<float>(momentum), rate = static_cast<float>(step.rate);
  float* const v = states[0].data();
  for (std::size_t i = 0; i < w.size(); ++i) {
    v[i] = mu * v[i] + (step.gradient_scale * gradient[i] + lambda * w[i]);
    w[i] -= rate * v[i];
  }
}

bool Sgd::moves(States states) const {
  return decay > 0 || std::any_of(states[0].begin(), states[0].end(), [](float v) { return v != 0; });
}

void Sgd::fade(std::span<const double> rates, bool, std::span<float>, States states) const {
  const auto fade_v = static_cast<float>(std::pow(momentum, static_cast<double>(rates.size())));
  for (float& v : states[0]) v *= fade_v;
}

}  // namespace mana::train
