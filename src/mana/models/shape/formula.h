#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mana::models {

/// A size as the field writes it beside what it comes to: d = 1024 and V = 70,000 make V·d = 71,680,000. Sums and
/// products build both.
class Formula {
 public:
  /// Nothing: no text, 0.
  Formula() = default;
  Formula(std::string symbol, std::uint64_t value) : text_(std::move(symbol)), value_(value) {}

  const std::string& text() const { return text_; }
  std::uint64_t value() const { return value_; }
  bool empty() const { return text_.empty(); }

  /// Both throw ArgumentError where the value is beyond 64 bits.
  friend Formula operator+(const Formula& a, const Formula& b);
  friend Formula operator*(const Formula& a, const Formula& b);
  friend Formula operator*(std::uint64_t times, const Formula& a);

 private:
  std::string text_;
  std::uint64_t value_ = 0;
  bool is_sum_ = false;
};

/// a² of a symbol is written as that, a·a of a longer one as (a)².
Formula squared(const Formula& a);

}  // namespace mana::models
