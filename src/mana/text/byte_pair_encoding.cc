#include "mana/text/byte_pair_encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/text/byte_letters.h"
#include "mana/text/hashed_words.h"

namespace mana::text {
namespace {

constexpr std::size_t kBytes = 256;

// A code point or byte and where in a word it stands, as a word of its own.
struct SymbolKey {
  std::array<char, 8 + TokenTable::kPadding> bytes{};
  std::size_t size = 0;
};
SymbolKey symbol_key(std::string_view unit, bool first, bool last) {
  SymbolKey key;
  std::ranges::copy(unit, key.bytes.begin());
  key.bytes[unit.size()] = static_cast<char>('0' + 2 * first + last);
  key.size = unit.size() + 1;
  return key;
}

bool is_code_point(std::string_view text) {
  if (text.empty()) return false;
  const char* at = text.data();
  decode(at);
  return at == text.data() + text.size();
}

std::string padded(std::string_view word) { return std::string(word).append(TokenTable::kPadding, '\0'); }

}  // namespace

BytePairEncoding::BytePairEncoding(Vocabulary vocabulary, std::span<const Pair> merges, const Options& options,
                                   std::string_view place)
    : vocabulary_(std::move(vocabulary)),
      positions_(!options.continuing_prefix.empty() || !options.end_suffix.empty()),
      fuse_unknown_(options.fuse_unknown),
      byte_level_(options.byte_level) {
  insert_symbols(options);
  const bool complete = byte_level_ && symbols_.size() == (positions_ ? 4 : 1) * kBytes;  // nothing is unknown
  if (!options.unknown_token.empty() && !complete) unknown_ = vocabulary_.required(options.unknown_token, place);
  if (options.byte_fallback) insert_bytes();
  insert_merges(merges, options, place);
  insert_words(options);
}

void BytePairEncoding::insert_symbols(const Options& options) {
  vocabulary_.table().for_each([&](std::string_view token, TokenId id) {
    for (int position = 0; position < (positions_ ? 4 : 1); ++position) {
      const bool first = position >= 2, last = position % 2 == 1;
      const std::string_view prefix = first ? "" : std::string_view(options.continuing_prefix);
      const std::string_view suffix = last ? std::string_view(options.end_suffix) : "";
      std::string_view unit = token;
      if (unit.size() < prefix.size() + suffix.size() || !unit.starts_with(prefix) || !unit.ends_with(suffix)) continue;
      unit = unit.substr(prefix.size(), unit.size() - prefix.size() - suffix.size());
      if (!is_code_point(unit)) continue;
      const auto bytes = byte_level_ ? bytes_of_letters(unit) : std::string(unit);
      if (!bytes) continue;
      const SymbolKey key = symbol_key(*bytes, first, last);
      symbols_.insert({key.bytes.data(), key.size}, id);
    }
  });
}

void BytePairEncoding::insert_bytes() {
  std::vector<TokenId> ids(kBytes);
  for (std::size_t byte = 0; byte < kBytes; ++byte) {
    ids[byte] = vocabulary_.id(fmt::format("<0x{:02X}>", byte)).value_or(TokenTable::kNone);
  }
  bytes_ = Array(std::move(ids));
}

void BytePairEncoding::insert_merges(std::span<const Pair> merges, const Options& options, std::string_view place) {
  const auto id_of = [&](std::string_view token, const Pair& pair) {
    if (const auto id = vocabulary_.id(token)) return *id;
    throw FormatError(
        fmt::format("{}: the merge of \"{}\" and \"{}\" needs the token \"{}\", which the vocabulary lacks", place,
                    printable(pair.left), printable(pair.right), printable(token)));
  };
  merges_.reserve(merges.size());
  std::string whole;
  for (std::uint32_t rank = 0; rank < merges.size(); ++rank) {
    const Pair& pair = merges[rank];
    const TokenId left = id_of(pair.left, pair), right = id_of(pair.right, pair);
    if (pair.right.size() < options.continuing_prefix.size()) {
      throw FormatError(fmt::format("{}: \"{}\" of a merge is shorter than the prefix of what continues a word", place,
                                    printable(pair.right)));
    }
    whole = pair.left;
    whole += pair.right.substr(options.continuing_prefix.size());
    merges_.insert(left, right, {rank, id_of(whole, pair)});
  }
}

// Most words are tokens, which are found at once.
void BytePairEncoding::insert_words(const Options& options) {
  ModelMemory memory;
  Pieces pieces;
  vocabulary_.table().for_each([&](std::string_view token, TokenId id) {
    std::string_view word = token;
    if (!options.ignore_merges) {
      if (!word.ends_with(options.end_suffix)) return;
      word.remove_suffix(options.end_suffix.size());
    }
    const auto bytes = byte_level_ ? bytes_of_letters(word) : std::string(word);
    if (!bytes || bytes->empty()) return;
    const auto is_one_token = [&] {
      const std::string text = padded(*bytes);
      pieces.clear();
      memory.merging.clear();
      split(text, {0, static_cast<std::uint32_t>(bytes->size())}, memory.merging);
      memory.merging.merge(merges_, pieces);
      return pieces.size() == 1 && pieces[0].id == id;
    };
    if (options.ignore_merges || is_one_token()) words_.insert(*bytes, id);
  });
}

BytePairEncoding::BytePairEncoding(FlatReader& bytes)
    : vocabulary_(bytes),
      words_(bytes),
      symbols_(bytes),
      merges_(bytes, vocabulary_),
      bytes_(Array<TokenId>::of(bytes.array<TokenId>())) {
  const auto known = [&](TokenId id) { return vocabulary_.token(id).has_value(); };
  for (const TokenTable* table : {&words_, &symbols_}) {
    table->for_each([&](std::string_view, TokenId id) {
      if (!known(id)) bytes.fail("a word or symbol has an id that the vocabulary lacks");
    });
  }
  if (bytes_.size() != 0 && bytes_.size() != kBytes) bytes.fail("the tokens of bytes are not 256");
  for (const TokenId id : bytes_.view()) {
    if (id != TokenTable::kNone && !known(id)) bytes.fail("a byte has an id that the vocabulary lacks");
  }
  const std::uint64_t unknown = bytes.number(std::uint64_t{1} << 31);  // one more than the id
  unknown_ = static_cast<TokenId>(static_cast<std::int64_t>(unknown) - 1);
  if (unknown != 0 && !known(unknown_)) bytes.fail("the vocabulary lacks the unknown token");
  positions_ = bytes.number(1) != 0;
  fuse_unknown_ = bytes.number(1) != 0;
  byte_level_ = bytes.number(1) != 0;
}

void BytePairEncoding::compile(FlatWriter& bytes) const {
  vocabulary_.compile(bytes);
  words_.compile(bytes);
  symbols_.compile(bytes);
  merges_.compile(bytes);
  bytes.array(bytes_.view());
  bytes.number(static_cast<std::uint64_t>(std::int64_t{unknown_} + 1));
  bytes.number(positions_ ? 1 : 0);
  bytes.number(fuse_unknown_ ? 1 : 0);
  bytes.number(byte_level_ ? 1 : 0);
}

void BytePairEncoding::operator()(std::string_view text, const Words& words, ModelMemory& memory,
                                  Pieces& pieces) const {
  for_each_hashed(text, words, words_, memory.cache,
                  [&](Range word, std::uint64_t hash) { add(text, word, hash, memory, pieces); });
}

void BytePairEncoding::add(std::string_view text, Range word, std::uint64_t hash, ModelMemory& memory,
                           Pieces& pieces) const {
  const TokenId whole = words_.find(text.data() + word.begin, word.size(), hash);
  if (whole != TokenTable::kNone) return pieces.push_back({whole, word});
  if (memory.cache.find(text, word, hash, pieces)) return;
  const std::size_t before = pieces.size();
  memory.merging.clear();
  split(text, word, memory.merging);
  memory.merging.merge(merges_, pieces);
  memory.cache.keep(text, word, hash, {pieces.data() + before, pieces.size() - before});
}

TokenId BytePairEncoding::symbol(std::string_view unit, bool first, bool last) const {
  const SymbolKey key = symbol_key(unit, positions_ && first, positions_ && last);
  return symbols_.find(key.bytes.data(), key.size);
}

bool BytePairEncoding::has_bytes(std::string_view unit) const {
  return bytes_.size() != 0 && std::ranges::all_of(unit, [&](char byte) { return byte_token(byte) >= 0; });
}

// Offsets follow from the sizes of the symbols, as in the reference: what is left out has none.
void BytePairEncoding::split(std::string_view text, Range word, PairMerging& symbols) const {
  std::uint32_t at = word.begin;
  const auto put = [&](TokenId id, std::uint32_t size) {
    symbols.add({id, {at, at + size}});
    at += size;
  };
  std::uint32_t unknown = 0;  // bytes that are not yet a symbol, for more may follow
  const auto put_unknown = [&] {
    if (unknown > 0) put(unknown_, unknown);
    unknown = 0;
  };
  for (std::uint32_t begin = word.begin, end; begin < word.end; begin = end) {
    end = begin + 1;
    while (!byte_level_ && end < word.end && is_continuation(text[end])) ++end;
    const std::string_view unit = text.substr(begin, end - begin);
    if (const TokenId id = symbol(unit, begin == word.begin, end == word.end); id != TokenTable::kNone) {
      put_unknown();
      put(id, end - begin);
    } else if (has_bytes(unit)) {
      for (const char byte : unit) put(byte_token(byte), 1);  // before what is unknown on their left: as the reference
    } else if (unknown_ != TokenTable::kNone) {
      if (!fuse_unknown_) put_unknown();
      unknown += end - begin;
    }
  }
  put_unknown();
}

}  // namespace mana::text
