#include "mana/text/added_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/text/unicode.h"

namespace mana::text {

AddedTokens::AddedTokens(std::vector<AddedToken> tokens, const Vocabulary& model, const Normalizers& normalizers,
                         std::string_view place) {
  std::unordered_map<std::string, std::size_t> places;
  for (AddedToken& token : tokens) {  // of tokens with the same content the last one counts
    if (token.content.empty()) continue;
    const auto [known, fresh] = places.try_emplace(token.content, tokens_.size());
    if (fresh) {
      tokens_.push_back(std::move(token));
    } else {
      tokens_[known->second] = std::move(token);
    }
  }
  auto next_id = static_cast<TokenId>(model.size());
  for (const AddedToken& token : tokens_) {
    auto id = model.id(token.content);
    if (!id) id = next_id++, ++new_count_;

    NormalizedText normalized;
    normalized.assign(token.content, 0, false);
    if (token.normalized) normalizers(normalized);
    TokenMatcher& matcher = token.normalized ? normalized_ : original_;
    if (!matcher.add(normalized.text(), ids_.size())) {
      throw FormatError(fmt::format("{}: the token \"{}\" is {} after normalisation; set its \"normalized\" to false",
                                    place, printable(token.content),
                                    normalized.text().empty() ? "empty" : "the same as another"));
    }
    ids_.push_back(*id);
    contents_.insert(token.content, *id);
    decoded_.insert(normalized.text(), *id);
    if (token.special) special_.insert(token.content, *id);
  }
}

// The range that a match takes up, by the token's flags; false when it is no match after all. Nothing before `done`
// can be taken.
bool AddedTokens::widen(std::string_view text, const AddedToken& token, std::size_t done, Range& range) const {
  const char* const data = text.data();
  const char* begin = data + range.begin;
  const char* end = data + range.end;
  const char* const text_end = data + text.size();
  const auto flags_before = [&](const char*& at) { return properties(decode_before(at)).flags; };
  const auto flags_after = [&](const char*& at) { return properties(decode(at)).flags; };
  if (token.single_word) {
    const char* before = begin;
    const char* after = end;
    if (begin > data && (flags_before(before) & kWord)) return false;
    if (end < text_end && (flags_after(after) & kWord)) return false;
  }
  if (token.lstrip) {
    for (const char* at = begin; begin > data + done && (flags_before(at) & kWhitespace);) begin = at;
    begin = std::max(begin, data + done);
  }
  if (token.rstrip) {
    for (const char* at = end; end < text_end && (flags_after(at) & kWhitespace);) end = at;
  }
  if (begin >= end) return false;
  range = {static_cast<std::uint32_t>(begin - data), static_cast<std::uint32_t>(end - data)};
  return true;
}

}  // namespace mana::text
