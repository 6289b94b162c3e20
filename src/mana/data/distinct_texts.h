#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mana::data {

/// Texts, each once, numbered in the order in which they came first: what is embedded of texts that repeat.
class DistinctTexts {
 public:
  DistinctTexts() = default;
  /// Copied or moved, the numbers would look at texts that are elsewhere.
  DistinctTexts(const DistinctTexts&) = delete;
  DistinctTexts& operator=(const DistinctTexts&) = delete;

  /// The number of the text, which joins the others if it is not among them.
  std::uint32_t add(std::string_view text) {
    const auto known = numbers_.find(text);
    if (known != numbers_.end()) return known->second;
    const auto number = static_cast<std::uint32_t>(texts_.size());
    numbers_.emplace(texts_.emplace_back(text), number);
    return number;
  }

  std::optional<std::uint32_t> find(std::string_view text) const {
    const auto known = numbers_.find(text);
    return known == numbers_.end() ? std::nullopt : std::optional(known->second);
  }

  std::size_t size() const { return texts_.size(); }
  const std::string& operator[](std::size_t number) const { return texts_[number]; }
  std::vector<std::string> texts() const { return {texts_.begin(), texts_.end()}; }

 private:
  std::deque<std::string> texts_;  ///< which do not move when more come
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace mana::data
