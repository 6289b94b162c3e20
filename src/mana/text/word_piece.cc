#include "mana/text/word_piece.h"

#include <algorithm>
#include <limits>

#include "mana/text/hashed_words.h"
#include "mana/text/token_length.h"

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
    : vocabulary_(std::move(vocabulary)),
      unknown_(vocabulary_.required(options.unknown_token, place)),
      max_code_points_(options.max_code_points_per_word) {
  vocabulary_.table().for_each([&](std::string_view token, TokenId id) {
    require_token_length(token, place);
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
  continuations_.for_each([&](std::string_view token, TokenId id) {
    if (token.size() > kLongestToken) bytes.fail("a token within words is too long");
    if (!vocabulary_.token(id)) bytes.fail("a token within words has an id that the vocabulary lacks");
  });
}

void WordPiece::compile(FlatWriter& bytes) const {
  vocabulary_.compile(bytes);
  continuations_.compile(bytes);
  bytes.number(static_cast<std::uint64_t>(unknown_));
  bytes.number(max_code_points_);
}

void WordPiece::operator()(std::string_view text, const Words& words, ModelMemory& memory, Pieces& pieces) const {
  for_each_hashed(text, words, vocabulary_.table(), memory.cache,
                  [&](Range word, std::uint64_t hash) { add(text, word, hash, memory.cache, pieces); });
}

void WordPiece::add(std::string_view text, Range word, std::uint64_t hash, WordCache& cache, Pieces& pieces) const {
  if (exceeds(word.of(text), max_code_points_)) return pieces.push_back({unknown_, word});
  // Most words are tokens.
  const TokenId whole = vocabulary_.table().find(text.data() + word.begin, word.size(), hash);
  if (whole != TokenTable::kNone) return pieces.push_back({whole, word});
  if (cache.find(text, word, hash, pieces)) return;
  const std::size_t before = pieces.size();
  if (!cut(text, word, pieces)) {
    pieces.cut(before);
    pieces.push_back({unknown_, word});
  }
  cache.keep(text, word, hash, {pieces.data() + before, pieces.size() - before});
}

// The whole word is no token.
bool WordPiece::cut(std::string_view text, Range word, Pieces& pieces) const {
  const TokenTable* table = &vocabulary_.table();
  for (std::size_t most = word.size() - 1; word.begin < word.end; most = word.size()) {
    const auto [id, size] = table->longest_prefix(text.data() + word.begin, word.size(), most);
    if (id == TokenTable::kNone) return false;
    const auto end = word.begin + static_cast<std::uint32_t>(size);
    pieces.push_back({id, {word.begin, end}});
    word.begin = end;
    table = &continuations_;
  }
  return true;
}

}  // namespace mana::text
