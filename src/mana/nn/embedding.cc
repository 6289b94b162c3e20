#include "mana/nn/embedding.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mana::nn {
namespace {

/// A mapped file promises no alignment beyond the element's, and not even that: elements are copied out.
template <class Element, class Convert>
void add_row(const std::byte* row, std::span<float> sum, Convert convert) {
  for (std::size_t i = 0; i < sum.size(); ++i) {
    Element element;
    std::memcpy(&element, row + i * sizeof(Element), sizeof(Element));
    sum[i] += convert(element);
  }
}

}  // namespace

EmbeddingTable::EmbeddingTable(std::span<const std::byte> bytes, DType dtype, std::size_t width,
                               std::shared_ptr<const void> owner)
    : bytes_(bytes),
      dtype_(dtype),
      rows_(bytes.size() / (width * size_of(dtype))),
      width_(width),
      owner_(std::move(owner)) {}

void EmbeddingTable::add(std::size_t id, std::span<float> sum) const {
  const std::byte* row = bytes_.data() + id * width_ * size_of(dtype_);
  if (dtype_ == DType::f32) add_row<float>(row, sum, [](float value) { return value; });
  if (dtype_ == DType::f16) add_row<std::uint16_t>(row, sum, half_to_float);
  if (dtype_ == DType::bf16) add_row<std::uint16_t>(row, sum, bfloat16_to_float);
}

void EmbeddingTable::prefetch(std::size_t id) const {
  constexpr std::size_t kLine = 64;
  const std::size_t row_bytes = width_ * size_of(dtype_);
  for (std::size_t at = 0; at < row_bytes; at += kLine) __builtin_prefetch(bytes_.data() + id * row_bytes + at);
}

void add_lookup_gradient(const Training& training, const EmbeddingTable& table, std::span<const std::int32_t> ids,
                         const Tensor& dy) {
  Parameter& parameter = *training.parts.of(table).table;
  if (parameter.frozen) return;
  // Every thread has some of the columns, and goes through the tokens in order.
  training.run().split(dy.columns(), [&](std::size_t first, std::size_t last, unsigned) {
    training.kernels().embedding_gradient(
        {ids.data(), ids.size(), dy.data(), dy.columns(), first, last, parameter.gradient.data()});
  });
  touch(parameter, ids);
}

void touch(Parameter& parameter, std::span<const std::int32_t> ids) {
  if (!parameter.sparse) return;
  std::vector<std::uint32_t>& touched = parameter.touched;
  touched.insert(touched.end(), ids.begin(), ids.end());
  std::ranges::sort(touched);
  touched.erase(std::ranges::unique(touched).begin(), touched.end());
}

}  // namespace mana::nn
