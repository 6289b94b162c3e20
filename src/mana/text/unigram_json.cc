// The parts of a tokenizer.json that come from SentencePiece.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "mana/base/errors.h"
#include "mana/text/base64.h"
#include "mana/text/token_length.h"
#include "mana/text/tokenizer_files.h"

namespace mana::text {
namespace {

// The number that the reference reads where a file has this one: its digits as an integer, rounded, and that divided by
// a power of ten, rounded again. The last bit decides between ways that are equally good.
double rounded_twice(double exact) {
  std::array<char, 32> text;
  const char* const end =
      std::to_chars(text.data(), text.data() + text.size(), exact, std::chars_format::scientific).ptr;
  std::uint64_t digits = 0;
  int exponent = 0;
  const char* at = text.data();
  bool fraction = false;
  for (; at < end && *at != 'e'; ++at) {
    if (*at == '.') fraction = true;
    if (*at < '0' || *at > '9') continue;
    digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
    exponent -= fraction;
  }
  int said = 0;
  std::from_chars(at + 1 + (at + 1 < end && at[1] == '+'), end, said);
  exponent += said;
  if (exponent < -308 || exponent > 308) return exact;
  const std::string power_text = fmt::format("1e{}", std::abs(exponent));
  double power = 1;
  std::from_chars(power_text.data(), power_text.data() + power_text.size(), power);
  const double value = exponent < 0 ? static_cast<double>(digits) / power : static_cast<double>(digits) * power;
  return std::copysign(value, exact);
}

std::vector<ScoredPiece> read_pieces(const json::Value& entry) {
  simdjson::dom::array list;
  if (entry.raw().get(list) != simdjson::SUCCESS) entry.fail("must be a list");
  std::vector<ScoredPiece> pieces;
  pieces.reserve(list.size());
  for (const simdjson::dom::element element : list) {
    simdjson::dom::array pair;
    ScoredPiece piece;
    if (element.get(pair) != simdjson::SUCCESS || pair.size() != 2 || pair.at(0).get(piece.text) != simdjson::SUCCESS ||
        pair.at(1).get(piece.score) != simdjson::SUCCESS) {
      entry.fail(
          fmt::format("must be a list of pieces and scores, like [\"a\", -1.5]; number {} is none", pieces.size()));
    }
    if (piece.text.size() > kLongestToken) {
      entry.fail(fmt::format("is a list of pieces of which number {} has {} bytes; at most {} can be found in texts",
                             pieces.size(), piece.text.size(), kLongestToken));
    }
    piece.score = rounded_twice(piece.score);
    pieces.push_back(piece);
  }
  return pieces;
}

// One code point.
std::string read_mark(const json::Value& entry) {
  const std::string_view mark = entry.string();
  if (mark.empty() || mark.size() != code_point_size(mark[0])) entry.fail("must be one character");
  return std::string(mark);
}

Metaspace::Prepend read_prepend(const json::Value& entry) {
  const auto scheme = entry.find("prepend_scheme");
  const std::string_view name = scheme ? scheme->string() : "always";
  if (name != "always" && name != "first" && name != "never") scheme->fail("must be always, first or never");
  const auto added = entry.find("add_prefix_space");
  if (added && !added->boolean() && name != "never") added->fail("is false, but prepend_scheme is not never");
  return name == "always"  ? Metaspace::Prepend::always
         : name == "first" ? Metaspace::Prepend::first
                           : Metaspace::Prepend::never;
}

}  // namespace

Precompiled read_precompiled(const json::Value& entry) {
  const json::Value text = entry.at("precompiled_charsmap");
  const auto bytes = decode_base64(text.string());
  if (!bytes) text.fail("is not base64");
  try {
    return Precompiled(CharacterMap(*bytes));
  } catch (const FormatError& error) {
    text.fail(fmt::format("is {}", error.what()));
  }
}

Metaspace read_metaspace(const json::Value& entry) {
  const auto split = entry.find("split");
  return {read_mark(entry.at("replacement")), read_prepend(entry), !split || split->boolean()};
}

MetaspaceDecoder read_metaspace_decoder(const json::Value& entry) {
  return {read_mark(entry.at("replacement")), read_prepend(entry) != Metaspace::Prepend::never};
}

Unigram read_unigram(const json::Value& entry) {
  const std::vector<ScoredPiece> pieces = read_pieces(entry.at("vocab"));
  const auto unknown = entry.find("unk_id");
  if (!unknown) entry.fail("has no unk_id, without which a text with an unknown character has no tokens");
  if (pieces.empty()) entry.at("vocab").fail("must not be empty");
  const std::int64_t id = unknown->integer(0, static_cast<std::int64_t>(pieces.size()) - 1);
  Unigram::Parts parts = parts_of(pieces, static_cast<TokenId>(id));
  const auto byte_fallback = entry.find("byte_fallback");
  if (byte_fallback && byte_fallback->boolean()) parts.bytes = byte_tokens(parts.vocabulary);
  return Unigram(std::move(parts));
}

}  // namespace mana::text
