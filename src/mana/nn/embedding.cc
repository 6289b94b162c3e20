#include "mana/nn/embedding.h"

#include <algorithm>
#include <utility>

namespace mana::nn {
EmbeddingTable::EmbeddingTable(std::span<const std::byte> bytes, DType dtype, std::size_t width,
                               std::shared_ptr<const void> owner)
    : bytes_(bytes),
      dtype_(dtype),
      rows_(bytes.size() / (width * size_of(dtype))),
      width_(width),
      owner_(std::move(owner)) {}

void add_lookup_gradient(const Training& training, const EmbeddingTable& table, std::span<const std::int32_t> ids,
                         const Tensor& dy) {
  Parameter& parameter = *training.parts.of(table).table;
  if (parameter.frozen) return;
  operations::add_lookup_gradient(training.run(), ids, dy, parameter.gradient.data());
  touch(parameter, ids);
}

void add_place_gradient(const Training& training, const EmbeddingTable& table, Sequences texts, const Tensor& dy) {
  const Parameter& parameter = *training.parts.of(table).table;
  if (!parameter.frozen) operations::add_place_gradient(training.run(), texts, dy, parameter.gradient.data());
}

void touch(Parameter& parameter, std::span<const std::int32_t> ids) {
  if (!parameter.sparse) return;
  std::vector<std::uint32_t>& touched = parameter.touched;
  touched.insert(touched.end(), ids.begin(), ids.end());
  std::ranges::sort(touched);
  touched.erase(std::ranges::unique(touched).begin(), touched.end());
}

}  // namespace mana::nn
