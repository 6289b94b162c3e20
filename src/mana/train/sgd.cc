#include <cmath>

#include "mana/train/update_rules.h"

namespace mana::train {

void Sgd::update(const Step& step, std::span<float> w, std::span<const float> gradient, States states) const {
  const auto keep = static_cast<float>(step.decays ? 1 - step.rate * decay : 1);
  const auto mu = static_cast<float>(momentum), rate = static_cast<float>(step.rate);
  float* const v = states[0].data();
  for (std::size_t i = 0; i < w.size(); ++i) {
    v[i] = mu * v[i] + (gradient.empty() ? 0 : step.gradient_scale * gradient[i]);
    w[i] = keep * w[i] - rate * v[i];
  }
}

void Sgd::fade(std::uint64_t steps, States states) const {
  const auto fade_v = static_cast<float>(std::pow(momentum, static_cast<double>(steps)));
  for (float& v : states[0]) v *= fade_v;
}

double Sgd::fading() const { return momentum; }

}  // namespace mana::train
