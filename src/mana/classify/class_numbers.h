#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mana::classify {

/// The classes of labelled texts, numbered in the order of their names, byte by byte.
class ClassNumbers {
 public:
  explicit ClassNumbers(std::span<const std::string> labels);

  std::size_t size() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  /// Nothing for a class that is not among them.
  std::optional<std::uint32_t> find(std::string_view label) const;
  /// The number of each label. Those that are not among them get further numbers, from `size()` on, as they come.
  std::vector<std::uint32_t> of(std::span<const std::string> labels) const;
  /// The names of all numbers that of() gives for these labels.
  std::vector<std::string> names_of(std::span<const std::string> labels) const;

 private:
  std::vector<std::string> names_;
};

}  // namespace mana::classify
