#include "mana/subwords/vocabulary_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mana/base/errors.h"

namespace mana::subwords {

std::uint32_t add_letter(const Options& options, std::vector<std::string>& pieces, std::string letter) {
  const auto found = std::ranges::find(options.special_tokens, letter);
  if (found != options.special_tokens.end()) return static_cast<std::uint32_t>(found - options.special_tokens.begin());
  pieces.push_back(std::move(letter));
  return static_cast<std::uint32_t>(pieces.size() - 1);
}

void require_room(const Options& options, std::size_t pieces) {
  if (pieces <= options.vocabulary_size) return;
  throw ArgumentError(fmt::format(
      "`vocabulary_size` is {}, and the special tokens and letters of the text alone are {} pieces; raise it{}",
      options.vocabulary_size, pieces,
      options.type == Type::byte_bpe ? "" : ", or keep fewer letters by `limit_alphabet` or `character_coverage`"));
}

void require_reached(const Options& options, std::size_t pieces) {
  if (pieces >= options.vocabulary_size) return;
  throw ArgumentError(fmt::format(
      "`vocabulary_size` is {}, and the text has no more than {} pieces{}; lower it, or give more text",
      options.vocabulary_size, pieces,
      options.min_frequency > 1 ? fmt::format(" of pairs that stand there {} times or more", options.min_frequency)
                                : ""));
}

}  // namespace mana::subwords
