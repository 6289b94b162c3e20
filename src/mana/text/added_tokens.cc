#include "mana/text/added_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/text/token_length.h"
#include "mana/text/unicode.h"

namespace mana::text {
namespace {

constexpr std::size_t kMostNormalized = 64 << 20;  // bytes of all

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens, const Vocabulary& model, const Normalizers& normalizers,
                         bool split_special, std::string_view place)
    : tokens_(std::move(tokens)), split_special_(split_special) {
  // From behind: of tokens that are the same after normalisation the last is found. The reference takes one by chance.
  std::size_t normalized_size = 0;
  for (std::size_t i = tokens_.size(); i-- > 0;) {
    const AddedToken& token = tokens_[i];
    require_token_length(token.content, place);
    if (model.id(token.content) != token.id) ++new_count_;
    NormalizedText normalized;
    normalized.assign(token.content, 0, false);
    if (token.normalized || token.joined_normalized) normalizers(normalized);
    normalized_size += normalized.text().size();
    if (normalized_size > kMostNormalized) {
      throw FormatError(
          fmt::format("{}: the added tokens are more than {} MiB after normalisation", place, kMostNormalized >> 20));
    }
    if (token.normalized && normalized.text().empty()) {
      throw FormatError(
          fmt::format("{}: the token \"{}\" is empty after normalisation; set its \"normalized\" to false", place,
                      printable(token.content)));
    }
    if (token.normalized) {
      normalized_.add(normalized.text(), i);
    } else {
      original_.add(token.content, i);
    }
    contents_.insert(token.content, token.id);
    decoded_.insert(token.joined_normalized ? normalized.text() : token.content, token.id);
    if (token.special) special_.insert(token.content, token.id);
  }
}

// The range that a match takes up, by the token's flags; false when it is no match after all. Nothing before `done`
// can be taken. `white` is white space that is known to reach to its end, so that a token of white space which takes
// what follows it, and is found again within that, as by the reference, walks there once.
bool AddedTokens::widen(std::string_view text, const AddedToken& token, std::size_t done, Range& white,
                        Range& range) const {
  if (split_special_ && token.special) return false;
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
    if (const std::size_t place = range.end; place < white.begin || place >= white.end) {
      for (const char* at = end; end < text_end && (flags_after(at) & kWhitespace);) end = at;
      white = {range.end, static_cast<std::uint32_t>(end - data)};
    }
    end = data + white.end;
  }
  if (begin >= end) return false;
  range = {static_cast<std::uint32_t>(begin - data), static_cast<std::uint32_t>(end - data)};
  return true;
}

}  // namespace mana::text
