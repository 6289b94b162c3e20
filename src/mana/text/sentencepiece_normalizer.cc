#include "mana/text/sentencepiece_normalizer.h"

namespace mana::text {
namespace {

constexpr std::string_view kSpaceMark = "\u2581";

std::shared_ptr<const PieceTrie> trie_of(const std::vector<std::string>& symbols) {
  if (symbols.empty()) return nullptr;
  std::vector<PieceTrie::Piece> pieces;
  pieces.reserve(symbols.size());
  for (const std::string& symbol : symbols) pieces.push_back({symbol, 0});
  return std::make_shared<const PieceTrie>(std::move(pieces));
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// A text as it comes to be, and for each byte where in the old one it is from.
struct Result {
  GrowingArray<char> bytes;
  GrowingArray<std::uint32_t> begins;

  void put(std::string_view text, std::uint32_t from) {
    char* const to = bytes.room(text.size());
    std::uint32_t* const begin = begins.room(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
      to[i] = text[i];
      begin[i] = from;
    }
    bytes.added(text.size());
    begins.added(text.size());
  }
  std::string_view text() const { return {bytes.data(), bytes.size()}; }
};

// Every byte is from where it began to where the next that began elsewhere did; the last ones end at `end`. A space
// that is put behind the text is from nothing.
void write(const Result& result, std::uint32_t end, NormalizedText& text) {
  std::vector<std::uint32_t> ends(result.bytes.size());
  for (std::size_t i = ends.size(); i-- > 0;) {
    if (i + 1 < ends.size()) end = result.begins[i + 1] != result.begins[i] ? result.begins[i + 1] : ends[i + 1];
    ends[i] = end;
  }
  NormalizedWriter writer(text);
  for_each_code_point(result.text(), [&](char32_t c, std::size_t at, std::size_t size) {
    const std::uint32_t from = result.begins[at];
    const std::uint32_t behind = ends[at + size - 1];
    const auto nothing = [&] {
      const std::uint32_t place = writer.source(from - 1, 1).end;
      return Offsets{place, place};
    };
    writer.put(c, behind > from ? writer.source(from, behind - from) : nothing());
  });
  writer.finish();
}

}  // namespace

SentencePieceNormalizer::SentencePieceNormalizer(Settings settings)
    : settings_(std::move(settings)), symbols_(trie_of(settings_.symbols)) {
  plain_ = settings_.map.plain();
  plain_[' '] = false;
  for (const std::string& symbol : settings_.symbols) {
    if (!symbol.empty() && is_ascii(symbol[0])) plain_[static_cast<unsigned char>(symbol[0])] = false;
  }
}

SentencePieceNormalizer::Chunk SentencePieceNormalizer::first_chunk(std::string_view text) const {
  std::size_t symbol = 0;
  const char* const begin = text.data();
  if (symbols_) {
    symbols_->for_each_prefix(begin, begin + text.size(),
                              [&](TokenId, const char* end) { symbol = static_cast<std::size_t>(end - begin); });
  }
  if (symbol != 0) return {text.substr(0, symbol), static_cast<std::uint32_t>(symbol)};
  if (const auto match = settings_.map.longest(text)) return {match->result, static_cast<std::uint32_t>(match->size)};
  const std::size_t size = code_point_size(text[0]);
  return {text.substr(0, size), static_cast<std::uint32_t>(size)};
}

void SentencePieceNormalizer::operator()(NormalizedText& text) const {
  const std::string_view all = text.text();
  const std::string_view space = settings_.escape_whitespaces ? kSpaceMark : " ";
  std::uint32_t at = 0;
  const auto more = [&] { return at < all.size(); };
  if (settings_.remove_extra_whitespaces) {
    while (more()) {
      const Chunk chunk = first_chunk(all.substr(at));
      if (chunk.result != " ") break;
      at += chunk.size;
    }
  }
  Result result;
  result.bytes.set_most(NormalizedText::most_bytes(all.size()));
  if (more()) {
    if (settings_.add_dummy_prefix && !settings_.whitespace_as_suffix) result.put(space, at);
    bool after_space = settings_.remove_extra_whitespaces;
    while (more()) {
      if (const char c = all[at];
          is_ascii(c) && plain_[static_cast<unsigned char>(c)] && (at + 1 == all.size() || is_ascii(all[at + 1]))) {
        result.put({&c, 1}, at++);
        after_space = false;
        continue;
      }
      auto [chunk, size] = first_chunk(all.substr(at));
      while (after_space && chunk.starts_with(' ')) chunk.remove_prefix(1);
      for (std::size_t i = 0; i < chunk.size(); ++i) result.put(chunk[i] == ' ' ? space : chunk.substr(i, 1), at);
      if (!chunk.empty()) after_space = settings_.remove_extra_whitespaces && chunk.ends_with(' ');
      at += size;
    }
    while (settings_.remove_extra_whitespaces && result.text().ends_with(space)) {
      const std::size_t size = result.bytes.size() - space.size();
      at = result.begins[size];
      result.bytes.cut(size);
      result.begins.cut(size);
    }
    if (settings_.add_dummy_prefix && settings_.whitespace_as_suffix) result.put(space, at);
  }
  write(result, at, text);
}

}  // namespace mana::text
