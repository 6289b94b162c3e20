#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mana::kernels {

/// From the vectors of a text's tokens to one vector (Reimers and Gurevych 2019, section 3), h_t the token vectors and
/// n their number:
///   cls            h_1                      last_token      h_n
///   max            maximum in each place    mean            Σ h_t / n
///   mean_sqrt_len  Σ h_t / √n               weighted_mean   Σ t h_t / Σ t
enum class Pooling : std::uint8_t { cls, max, mean, mean_sqrt_len, weighted_mean, last_token };

/// Writes the pooled vector of `tokens` [n, width] to `out` [width]. The first `skip` tokens (a prompt) are left out,
/// but keep their weights' places t; if none are left, means are zero.
void pool(Pooling pooling, std::span<const float> tokens, std::size_t width, std::size_t skip, std::span<float> out);

/// Its gradient: dtokens = ∂out/∂tokensᵀ dout. The first of equal maxima has all of theirs.
void pool_gradient(Pooling pooling, std::span<const float> tokens, std::size_t width, std::size_t skip,
                   std::span<const float> dout, std::span<float> dtokens);

/// x / max(‖x‖₂, 1e-12), in place.
void normalize(std::span<float> vector);

/// Its gradient, with r = ‖x‖:   dx = (dy - x (x · dy) / r²) / r;   dy / 1e-12 where r is less than that
void normalize_gradient(std::span<const float> x, std::span<const float> dy, std::span<float> dx);

}  // namespace mana::kernels
