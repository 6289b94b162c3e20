#pragma once

#include <array>

#include "mana/text/character_map.h"
#include "mana/text/normalized_text.h"

namespace mana::text {

/// SentencePiece's character map as the Rust `tokenizers` apply it: a cluster of up to five bytes that begins with a
/// string of the map becomes what stands for the shortest one, whatever follows in the cluster; of other clusters each
/// code point becomes what stands for it.
class Precompiled {
 public:
  Precompiled() = default;
  explicit Precompiled(CharacterMap map);

  void operator()(NormalizedText& text) const;
  bool local() const { return !changes_[' ']; }
  const CharacterMap& map() const { return map_; }

 private:
  bool changes(std::string_view text) const;

  CharacterMap map_;
  std::array<bool, 128> changes_{};  // an ASCII character by itself
};

}  // namespace mana::text
