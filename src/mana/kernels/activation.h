#pragma once

#include <string_view>

namespace mana::kernels {

/// The element-wise functions that follow a linear map.
///   gelu       x Φ(x), Φ the normal distribution function (Hendrycks and Gimpel 2016; the exact form, by erf)
///   gelu_tanh  x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))), the approximation of GPT-2 ("gelu_new")
///   silu       x σ(x)
enum class Activation { identity, gelu, gelu_tanh, relu, silu, tanh, sigmoid };

/// "gelu", "gelu_tanh", …
std::string_view name_of(Activation activation);

}  // namespace mana::kernels
