#include "mana/models/shape/formula.h"

#include <fmt/format.h>

#include "mana/base/errors.h"

namespace mana::models {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw ArgumentError(fmt::format("{} is a number beyond 64 bits; give smaller sizes", text));
}

}  // namespace

Formula operator+(const Formula& a, const Formula& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  Formula sum(fmt::format("{} + {}", a.text_, b.text_), 0);
  sum.is_sum_ = true;
  if (__builtin_add_overflow(a.value_, b.value_, &sum.value_)) refuse(sum.text_);
  return sum;
}

Formula operator*(const Formula& a, const Formula& b) {
  const auto factor = [](const Formula& each) { return each.is_sum_ ? fmt::format("({})", each.text_) : each.text_; };
  Formula product(fmt::format("{}·{}", factor(a), factor(b)), 0);
  if (__builtin_mul_overflow(a.value_, b.value_, &product.value_)) refuse(product.text_);
  return product;
}

Formula operator*(std::uint64_t times, const Formula& a) {
  if (a.empty() || times == 1) return a;
  Formula product(a.is_sum_ ? fmt::format("{}({})", times, a.text_) : fmt::format("{}{}", times, a.text_), 0);
  if (__builtin_mul_overflow(times, a.value_, &product.value_)) refuse(product.text_);
  return product;
}

Formula squared(const Formula& a) {
  const bool is_symbol = a.text().find_first_of(" ·²") == std::string::npos;
  return {is_symbol ? a.text() + "²" : fmt::format("({})²", a.text()), (a * a).value()};
}

}  // namespace mana::models
