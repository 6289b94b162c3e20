#include "mana/train/sentence/gradient_cache.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "mana/autograd/operations.h"

namespace mana::train {

float cached_gradients(Loss& loss, const kernels::Run& run, std::size_t columns, std::size_t rows, const Labels& labels,
                       std::size_t mini_batch, const EmbedRows& embed, float weight) {
  const auto each_mini_batch = [&](const auto& work) {
    for (std::size_t column = 0; column < columns; ++column) {
      for (std::size_t begin = 0; begin < rows; begin += mini_batch) {
        autograd::Tape tape(run);
        const std::size_t end = std::min(begin + mini_batch, rows);
        work(tape, column, begin, embed(tape, column, begin, end));
      }
    }
  };

  std::vector<Tensor> vectors(columns);
  each_mini_batch([&](autograd::Tape&, std::size_t column, std::size_t begin, const autograd::Variable& part) {
    if (begin == 0) vectors[column] = run.tensor(rows, part.columns());
    std::copy_n(part.value().data(), part.rows() * part.columns(), vectors[column].row(begin).data());
  });

  autograd::Tape tape(run);
  std::vector<autograd::Variable> leaves;
  leaves.reserve(columns);
  for (Tensor& column : vectors) leaves.push_back(tape.leaf(std::move(column)));
  const autograd::Variable value = loss(leaves, labels);
  const float result = value.value().data()[0];
  tape.backward(weight * value);

  each_mini_batch(
      [&](autograd::Tape& part_tape, std::size_t column, std::size_t begin, const autograd::Variable& part) {
        Tensor gradient = run.tensor(part.rows(), part.columns());
        std::copy_n(leaves[column].gradient().row(begin).data(), part.rows() * part.columns(), gradient.data());
        part_tape.backward(part, gradient);
      });
  return result;
}

}  // namespace mana::train
