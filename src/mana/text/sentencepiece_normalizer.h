#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mana/text/character_map.h"
#include "mana/text/normalized_text.h"
#include "mana/text/piece_trie.h"

namespace mana::text {

/// What SentencePiece makes of a text before it cuts it: the longest strings of a character map are replaced, but for
/// symbols that the user defined; spaces at the ends and beside others go; one is put before the text (or behind it);
/// and all of them become U+2581.
class SentencePieceNormalizer {
 public:
  struct Settings {
    CharacterMap map = {};
    std::vector<std::string> symbols = {};  ///< which stay as they are
    bool add_dummy_prefix = true;
    bool remove_extra_whitespaces = true;
    bool escape_whitespaces = true;
    bool whitespace_as_suffix = false;
  };

  SentencePieceNormalizer() = default;
  explicit SentencePieceNormalizer(Settings settings);
  const Settings& settings() const { return settings_; }

  void operator()(NormalizedText& text) const;
  bool local() const { return false; }

 private:
  struct Chunk {
    std::string_view result;
    std::uint32_t size;  // of what it stands for
  };
  Chunk first_chunk(std::string_view text) const;

  Settings settings_;
  std::shared_ptr<const PieceTrie> symbols_;  // none without symbols
  std::array<bool, 128> plain_{};             // characters that stay as they are where an ASCII one follows
};

}  // namespace mana::text
