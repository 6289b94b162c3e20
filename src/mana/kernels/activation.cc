#include "mana/kernels/activation.h"

namespace mana::kernels {

std::string_view name_of(Activation activation) {
  switch (activation) {
    case Activation::identity: return "identity";
    case Activation::gelu: return "gelu";
    case Activation::gelu_tanh: return "gelu_tanh";
    case Activation::relu: return "relu";
    case Activation::silu: return "silu";
    case Activation::tanh: return "tanh";
    case Activation::sigmoid: return "sigmoid";
  }
  return "?";
}

}  // namespace mana::kernels
