#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "mana/formats/safetensors.h"

namespace mana::formats {

/// The elements of a tensor as f32: where they lie in a mapped file, which gets its pages back when they are done with,
/// or converted, in memory of their own. Moves, does not copy.
class StoredValues {
 public:
  explicit StoredValues(std::vector<float> converted) : converted_(std::move(converted)), values_(converted_) {}
  /// Elements that `file` holds.
  StoredValues(std::span<const float> values, const WeightFile& file) : values_(values), file_(&file) {}
  StoredValues(StoredValues&& other) noexcept
      : converted_(std::move(other.converted_)),
        values_(std::exchange(other.values_, {})),
        file_(std::exchange(other.file_, nullptr)) {}
  StoredValues& operator=(StoredValues&&) = delete;
  ~StoredValues() {
    if (file_ != nullptr) file_->forget(std::as_bytes(values_));
  }

  const float* begin() const { return values_.data(); }
  const float* end() const { return values_.data() + values_.size(); }

 private:
  std::vector<float> converted_;
  std::span<const float> values_;
  const WeightFile* file_ = nullptr;
};

/// A tensor of exactly this shape, as StoredWeights::f32() gives it; the weights outlive it. Throws as that does.
StoredValues stored_values(const StoredWeights& weights, std::string_view name, const Shape& shape);

}  // namespace mana::formats
