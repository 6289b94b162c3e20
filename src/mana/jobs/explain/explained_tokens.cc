#include "mana/jobs/explain/explained_tokens.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/base/printable.h"

namespace mana::jobs {
namespace {

std::string spelling(const text::Tokenizer& tokenizer, text::TokenId id) {
  return std::string(tokenizer.find_token(id).value_or("?"));
}

}  // namespace

ExplainedText explained_text(const text::Tokenizer& tokenizer, std::string_view text, std::optional<std::size_t> most,
                             bool special) {
  text::Encoding encoding = tokenizer.encode(text, {.special_tokens = special});
  if (encoding.ids.empty()) throw ArgumentError(fmt::format("the text '{}' has no token", printable(text)));
  if (most && encoding.ids.size() > *most) {
    throw ArgumentError(
        fmt::format("the text '{}' has {} tokens, but the model reads {}: shorten it, nothing is cut off here",
                    printable(text), encoding.ids.size(), *most));
  }
  ExplainedText explained;
  std::optional<std::uint32_t> end;  // of the token before, in the text
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    ExplainedToken token{.id = encoding.ids[i], .token = spelling(tokenizer, encoding.ids[i])};
    const auto [first, last] = encoding.offsets[i];
    if (first < last) {
      token.text = text.substr(first, last - first);
      token.stands_for_text = true;
      token.joined = end == first;
      end = last;
    } else {
      token.text = token.token;
    }
    explained.tokens.push_back(std::move(token));
  }
  explained.ids = std::move(encoding.ids);
  if (special && tokenizer.has_types()) explained.types = std::move(encoding.type_ids);
  return explained;
}

std::vector<ExplainedToken> explained_tokens(const text::Tokenizer& tokenizer, std::span<const text::TokenId> ids) {
  std::vector<ExplainedToken> tokens;
  std::string before;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ExplainedToken token{.id = ids[i], .token = spelling(tokenizer, ids[i])};
    std::string text = tokenizer.decode(ids.first(i + 1));
    // A token may change what was there (a part of a letter, say): then it has no text of its own.
    if (text.size() > before.size() && text.starts_with(before)) {
      token.text = text.substr(before.size());
      const std::size_t spaces = token.text.find_first_not_of(' ');
      token.joined = i > 0 && spaces == 0;
      token.text.erase(0, spaces);
    }
    token.stands_for_text = !token.text.empty();
    if (!token.stands_for_text) token.text = token.token;
    before = std::move(text);
    tokens.push_back(std::move(token));
  }
  return tokens;
}

}  // namespace mana::jobs
