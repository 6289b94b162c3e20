#include "mana/train/losses/labels.h"

#include <algorithm>
#include <utility>

namespace mana::train {

autograd::Variable constant(autograd::Tape& tape, const Tensor& labels, std::size_t begin, std::size_t end) {
  Tensor values = tape.tensor(labels.rows(), end - begin);
  for (std::size_t i = 0; i < labels.rows(); ++i) {
    std::copy_n(labels.row(i).data() + begin, end - begin, values.row(i).data());
  }
  return tape.constant(std::move(values));
}

std::vector<std::uint32_t> categories(const Tensor& labels) {
  std::vector<std::uint32_t> classes(labels.rows());
  std::transform(labels.data(), labels.data() + labels.rows(), classes.begin(),
                 [](float label) { return static_cast<std::uint32_t>(label); });
  return classes;
}

}  // namespace mana::train
