#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mana/text/tokenizer.h"

namespace mana::text {

/// A text that was not UTF-8 as one that is: U+FFFD stands for each longest broken sequence, as Unicode recommends and
/// Python's errors="replace" does. It knows where its parts lie in the original.
class RepairedText {
 public:
  explicit RepairedText(std::string_view broken);

  std::string_view text() const { return text_; }
  /// Offsets in text() as offsets in the original; both at the borders of code points.
  Offsets original(Offsets repaired) const { return {original(repaired.begin), original(repaired.end)}; }

 private:
  std::uint32_t original(std::uint32_t repaired) const;

  struct Patch {
    std::uint32_t end;           ///< behind the U+FFFD in text()
    std::uint32_t original_end;  ///< behind the broken sequence in the original
  };
  std::string text_;
  std::vector<Patch> patches_;
};

}  // namespace mana::text
