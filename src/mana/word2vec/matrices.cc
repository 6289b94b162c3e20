#include "mana/word2vec/matrices.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <new>

#include "mana/base/errors.h"
#include "mana/base/random.h"
#include "mana/kernels/word_vectors.h"

namespace mana::word2vec {
namespace {

constexpr std::size_t kHugePage = std::size_t{1} << 21;

/// Rows are met by chance: with large pages the processor finds more of them without a walk through its page tables.
void advise_large_pages(float* values, std::size_t size) {
  const auto begin = (reinterpret_cast<std::uintptr_t>(values) + kHugePage - 1) / kHugePage * kHugePage;
  const auto end = reinterpret_cast<std::uintptr_t>(values + size) / kHugePage * kHugePage;
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);  // advice: it may fail
}

}  // namespace

Matrix::Matrix(std::size_t rows, std::size_t dimensions)
    : rows_(rows),
      dimensions_(dimensions),
      width_((dimensions + kernels::kRowMultiple - 1) / kernels::kRowMultiple * kernels::kRowMultiple) {
  constexpr std::size_t kMost = ~std::size_t{0} / 4 / sizeof(float);
  if (width_ != 0 && rows > kMost / width_) throw std::bad_alloc();
  values_ = Buffer<float>(rows * width_);
  advise_large_pages(values_.data(), values_.size());
}

Matrices Matrices::initial(std::size_t inputs, std::size_t outputs, std::size_t dimensions, std::uint64_t seed) {
  Matrices matrices{Matrix(inputs, dimensions), Matrix(outputs, dimensions)};
  Random random(seed);
  constexpr double kUnit = 1.0 / 9007199254740992.0;  // 2⁻⁵³
  for (std::size_t row = 0; row < inputs; ++row) {
    float* const values = matrices.inputs.row(row);
    for (std::size_t i = 0; i < dimensions; ++i) {
      const double uniform = static_cast<double>(random.next() >> 11U) * kUnit;
      values[i] = static_cast<float>((uniform - 0.5) / static_cast<double>(dimensions));
    }
  }
  return matrices;
}

Matrices Matrices::copy() const {
  Matrices other{Matrix(inputs.rows(), inputs.dimensions()), Matrix(outputs.rows(), outputs.dimensions())};
  std::copy_n(inputs.row(0), inputs.rows() * inputs.width(), other.inputs.row(0));
  std::copy_n(outputs.row(0), outputs.rows() * outputs.width(), other.outputs.row(0));
  return other;
}

}  // namespace mana::word2vec
