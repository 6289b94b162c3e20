#include "mana/text/word_piece.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "mana/base/errors.h"
#include "mana/base/printable.h"

namespace mana::text {
namespace {

static_assert(TokenTable::kPadding <= NormalizedText::kPadding);

bool exceeds(std::string_view word, std::size_t code_points) {
  if (word.size() <= code_points) return false;
  const auto continuations = static_cast<std::size_t>(std::ranges::count_if(word, is_continuation));
  return word.size() - continuations > code_points;
}

}  // namespace

WordPiece::WordPiece(Vocabulary vocabulary, const Options& options, std::string_view place)
    : vocabulary_(std::move(vocabulary)), unknown_(0), max_code_points_(options.max_code_points_per_word) {
  const auto unknown = vocabulary_.id(options.unknown_token);
  if (!unknown) {
    throw FormatError(
        fmt::format("{} lacks the unknown token \"{}\"; every WordPiece vocabulary has it, so this is not "
                    "the model's vocabulary or it was cut off",
                    place, printable(options.unknown_token)));
  }
  unknown_ = *unknown;
  vocabulary_.table().for_each([&](std::string_view token, TokenId id) {
    if (!token.starts_with(options.continuing_prefix)) return;
    const std::string_view rest = token.substr(options.continuing_prefix.size());
    if (!rest.empty()) continuations_.insert(rest, id);
  });
}

WordPiece::WordPiece(FlatReader& bytes)
    : vocabulary_(bytes),
      continuations_(bytes),
      unknown_(static_cast<TokenId>(bytes.number(std::numeric_limits<TokenId>::max()))),
      max_code_points_(bytes.number()) {
  if (!vocabulary_.token(unknown_)) bytes.fail("the vocabulary lacks the unknown token");
  continuations_.for_each([&](std::string_view, TokenId id) {
    if (!vocabulary_.token(id)) bytes.fail("a token within words has an id that the vocabulary lacks");
  });
}

void WordPiece::compile(FlatWriter& bytes) const {
  vocabulary_.compile(bytes);
  continuations_.compile(bytes);
  bytes.number(static_cast<std::uint64_t>(unknown_));
  bytes.number(max_code_points_);
}

void WordPiece::operator()(std::string_view text, const Words& words, Pieces& pieces) const {
  for (const Range word : words) {
    // Most words are tokens.
    if (const TokenId whole = vocabulary_.table().find(text.data() + word.begin, word.size());
        whole != TokenTable::kNone && word.size() <= max_code_points_) {
      pieces.push_back({whole, word});
      continue;
    }
    if (exceeds(word.of(text), max_code_points_)) {
      pieces.push_back({unknown_, word});
      continue;
    }
    const std::size_t before = pieces.size();
    if (cut(text, word, pieces)) continue;
    pieces.cut(before);
    pieces.push_back({unknown_, word});
  }
}

bool WordPiece::cut(std::string_view text, Range word, Pieces& pieces) const {
  const TokenTable* table = &vocabulary_.table();
  while (word.begin < word.end) {
    std::size_t size = std::min<std::size_t>(word.size(), table->longest());
    TokenId id = TokenTable::kNone;
    for (; size > 0; --size) {
      // Tokens are whole code points, so a cut within one cannot be a token.
      if (word.begin + size < word.end && is_continuation(text[word.begin + size])) continue;
      id = table->find(text.data() + word.begin, size);
      if (id != TokenTable::kNone) break;
    }
    if (id == TokenTable::kNone) return false;
    const auto end = word.begin + static_cast<std::uint32_t>(size);
    pieces.push_back({id, {word.begin, end}});
    word.begin = end;
    table = &continuations_;
  }
  return true;
}

}  // namespace mana::text
