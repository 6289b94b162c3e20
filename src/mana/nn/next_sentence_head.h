#pragma once

#include <utility>

#include "mana/nn/linear.h"

namespace mana::nn {

/// Whether a text's second part follows its first one (Devlin et al. 2019, section 3.1, task 2), by the vector of its
/// first token:
///
///   p = tanh(x W + b),   logits = p V + c      x: [texts, model] -> [texts, 2]
///
/// Class 0 is "it follows", class 1 "it is of another document".
struct NextSentenceHead {
  Linear pooler;
  Linear classes;

  static void parts(auto& self, auto&& visit) {
    visit("pooler", self.pooler);
    visit("classes", self.classes);
  }

  template <class Context, class Value>
  Value operator()(const Context& run, Value x) const {
    return classes(run, pooler(run, std::move(x), kernels::Activation::tanh, Use::value));
  }
};

}  // namespace mana::nn
