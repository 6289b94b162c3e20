#include "mana/text/marian_vocabulary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "mana/base/errors.h"

namespace mana::text {
namespace {

constexpr std::string_view kOpening = ">>", kClosing = "<<";

bool is_code(std::string_view token) {
  return token.size() > kOpening.size() + kClosing.size() && token.starts_with(kOpening) && token.ends_with(kClosing);
}

// Whether it is what people write for a language, "deu_Latn" or "zh-CN".
bool names_language(std::string_view code) {
  constexpr std::size_t kLongest = 32;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  code.remove_prefix(kOpening.size());
  code.remove_suffix(kClosing.size());
  return !code.empty() && code.size() <= kLongest && std::ranges::all_of(code, is_plain);
}

[[noreturn]] void refuse_code(std::string_view code, std::vector<std::string_view> known) {
  constexpr std::size_t kShown = 8;
  const std::size_t more = known.size() - std::min(known.size(), kShown);
  known.resize(known.size() - more);
  throw ArgumentError(
      fmt::format("a text begins with the language code \"{}\", which the model does not know; it knows "
                  "{}{}",
                  code, fmt::join(known, ", "), more ? fmt::format(" and {} more", more) : ""));
}

}  // namespace

MarianVocabulary::MarianVocabulary(Vocabulary tokens, const SentencePieceModel& model, std::string_view unknown,
                                   std::string_view place)
    : tokens_(std::move(tokens)), unknown_piece_(model.unknown), unknown_(tokens_.required(unknown, place)) {
  std::vector<TokenId> ids;
  ids.reserve(model.pieces.size());
  for (const auto& piece : model.pieces) {
    const std::optional<TokenId> id = tokens_.id(piece.text);
    ids.push_back(id.value_or(unknown_));
    // Control pieces are in no text, and Marian's lists lack <s>.
    const bool cut = piece.kind != SentencePieceModel::Kind::control && piece.kind != SentencePieceModel::Kind::unknown;
    if (!id && cut) ++unlisted_pieces_;
  }
  ids_ = Array<TokenId>(std::move(ids));
}

MarianVocabulary::MarianVocabulary(FlatReader& bytes, const Vocabulary& pieces)
    : tokens_(bytes),
      ids_(Array<TokenId>::of(bytes.array<TokenId>())),
      unknown_piece_(static_cast<TokenId>(bytes.number(std::numeric_limits<TokenId>::max()))),
      unknown_(static_cast<TokenId>(bytes.number(std::numeric_limits<TokenId>::max()))) {
  if (ids_.size() != pieces.id_end()) bytes.fail("there is not an id for each piece");
  for (const TokenId id : ids_.view()) {
    if (!tokens_.token(id)) bytes.fail("a piece has an id that the list of tokens lacks");
  }
  if (!tokens_.token(unknown_)) bytes.fail("the list of tokens lacks the unknown one");
}

void MarianVocabulary::compile(FlatWriter& bytes) const {
  tokens_.compile(bytes);
  bytes.array(ids_.view());
  bytes.number(static_cast<std::uint64_t>(unknown_piece_));
  bytes.number(static_cast<std::uint64_t>(unknown_));
}

void MarianVocabulary::number(std::string_view text, Pieces& pieces) const {
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    Piece& piece = pieces.data()[i];
    piece.id = piece.id == unknown_piece_ ? tokens_.id(piece.range.of(text)).value_or(unknown_)
                                          : ids_[static_cast<std::size_t>(piece.id)];
  }
}

std::optional<MarianVocabulary::LanguageCode> MarianVocabulary::language_code(std::string_view text) const {
  if (!text.starts_with(kOpening)) return std::nullopt;
  const std::size_t end = text.find(kClosing);
  if (end == text.npos) return std::nullopt;
  const std::string_view code = text.substr(0, end + kClosing.size());
  const auto id = tokens_.id(code);
  if (!id && names_language(code)) {
    if (std::vector<std::string_view> known = known_codes(); !known.empty()) refuse_code(code, std::move(known));
  }
  return LanguageCode{id.value_or(unknown_), static_cast<std::uint32_t>(code.size())};
}

std::vector<std::string_view> MarianVocabulary::known_codes() const {
  std::vector<std::string_view> codes;
  for (TokenId id = 0; static_cast<std::size_t>(id) < tokens_.id_end(); ++id) {
    if (const auto token = tokens_.token(id); token && is_code(*token)) codes.push_back(*token);
  }
  return codes;
}

}  // namespace mana::text
