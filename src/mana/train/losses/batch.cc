#include "mana/train/losses/batch.h"

#include <algorithm>
#include <utility>

namespace mana::train {

autograd::Variable on_tape_of(autograd::Variable x, const Tensor& values, std::size_t begin, std::size_t end) {
  Tensor part = x.tape().tensor(values.rows(), end - begin);
  for (std::size_t i = 0; i < values.rows(); ++i) {
    std::copy_n(values.row(i).data() + begin, end - begin, part.row(i).data());
  }
  return x.tape().constant(std::move(part));
}

}  // namespace mana::train
