#pragma once

#include <cmath>
#include <cstdint>

namespace mana::kernels {

/// Dropout (Srivastava et al. 2014): y = x ∘ mask / (1 - p). The mask is not stored: whether an element stays is a
/// function of the key and of its row and column alone (reference/dropout.h), so the gradient computes it once more.
struct Dropout {
  /// With `probability` in [0, 1) an element is dropped, in steps of 1/65536; zero: y = x.
  Dropout() = default;
  Dropout(float probability, std::uint64_t mask)
      : threshold(static_cast<std::uint32_t>(std::lround(probability * 65536.0f))), key(mask) {}

  bool active() const { return threshold != 0; }
  float kept_factor() const { return 65536.0f / static_cast<float>(65536 - threshold); }  ///< 1 / (1 - p)

  std::uint32_t threshold = 0;  ///< 65536 · p
  std::uint64_t key = 0;
};

/// The key of one use of dropout (its `site` in the model) in one step of a training run.
std::uint64_t dropout_key(std::uint64_t seed, std::uint64_t step, std::uint32_t site);

}  // namespace mana::kernels
