#include "mana/text/pipeline.h"

namespace mana::text {

std::optional<TokenId> Tokenizer::Pipeline::id(std::string_view token) const {
  const auto found = added.id(token);
  return found ? found : vocabulary().id(token);
}

std::optional<std::string_view> Tokenizer::Pipeline::token(TokenId id) const {
  const auto found = added.token(id);
  if (found && vocabulary().id(*found) != id) return found;
  // A token of the model that is met in texts under another spelling ("new york") keeps its name ("new_york").
  const auto named = vocabulary().token(id);
  return found && found == named ? found : named;
}

std::size_t part_end(std::string_view text, std::size_t begin, PartEnds ends) {
  constexpr std::size_t kPart = 4096;
  if (ends == PartEnds::none || text.size() - begin <= kPart) return text.size();
  if (ends == PartEnds::behind_space) {
    const std::size_t space = text.find_first_of(" \n", begin + kPart);
    return space == text.npos ? text.size() : space + 1;
  }
  for (std::size_t space = text.find(' ', begin + kPart); space != text.npos; space = text.find(' ', space + 1)) {
    const char* before = text.data() + space;
    if (!has(decode_before(before), kWhitespace)) return space;
  }
  return text.size();
}

}  // namespace mana::text
