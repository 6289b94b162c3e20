#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace mana {

/// What is said to people, as it leaves the program: one line that can be printed, whatever text of files, servers and
/// names went into it. What would begin another line or steer a terminal is escaped as in printable.h, and so is each
/// byte that is not UTF-8; of a sentence that is longer than a line may be, the middle is left out, for it begins with
/// what is wrong and ends with what to do.
///
/// Takes no memory but its own, so that a program which has none left can say so.
class MessageLine {
 public:
  static constexpr std::size_t kLongest = 2000;  ///< bytes

  explicit MessageLine(std::string_view sentence) noexcept;

  /// Lives as long as this. Without a line end.
  std::string_view text() const noexcept { return {bytes_.data(), size_}; }

 private:
  bool append(std::string_view text, std::size_t limit) noexcept;

  std::array<char, kLongest> bytes_;
  std::size_t size_ = 0;
};

}  // namespace mana
