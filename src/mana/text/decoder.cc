#include "mana/text/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/valid_utf8.h"
#include "mana/text/byte_letters.h"
#include "mana/text/repaired_text.h"
#include "mana/text/unicode.h"

namespace mana::text {
namespace {

constexpr std::string_view kBroken = "\uFFFD";
constexpr std::size_t kMostReplaced = 16 << 20;  // bytes of one token: each replacement may make ten times more of it

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  const std::string_view all = text;
  std::size_t found = all.find(from);
  if (found == all.npos) return;
  std::string replaced;
  std::size_t done = 0;
  for (; found != all.npos; found = all.find(from, done)) {
    replaced += all.substr(done, found - done);
    replaced += to;
    done = found + from.size();
  }
  replaced += all.substr(done);
  text = std::move(replaced);
}

// In the order of the reference, token by token; of whole texts, the negation stays.
constexpr std::string_view kNegation = " do not";
constexpr std::pair<std::string_view, std::string_view> kCleanups[] = {
    {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},    {" n't", "n't"},
    {" 'm", "'m"}, {kNegation, " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
};

// The byte of "<0x0A>".
std::optional<char> byte_of(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || !token.ends_with('>')) return std::nullopt;
  unsigned char byte = 0;
  const char* const end = token.data() + 5;
  if (std::from_chars(token.data() + 3, end, byte, 16).ptr != end) return std::nullopt;
  return static_cast<char>(byte);
}

// Characters in UTF-8, and U+FFFD for each byte that belongs to none.
std::string characters_of(std::string_view bytes) {
  if (is_utf8(bytes)) return std::string(bytes);
  std::string text;
  while (!bytes.empty()) {
    std::size_t size = 1;
    while (size <= 4 && size <= bytes.size() && !is_utf8(bytes.substr(0, size))) ++size;
    const bool character = size <= 4 && size <= bytes.size();
    text += character ? bytes.substr(0, size) : kBroken;
    bytes.remove_prefix(character ? size : 1);
  }
  return text;
}

// What is left of a text without Python's white space at its ends.
std::string_view stripped(std::string_view text) {
  const auto is_space = [](char32_t c) { return has(c, kWhitespace) || (c >= 0x1C && c <= 0x1F); };
  while (!text.empty()) {
    const char* next = text.data();
    if (!is_space(decode(next))) break;
    text.remove_prefix(static_cast<std::size_t>(next - text.data()));
  }
  while (!text.empty()) {
    const char* before = text.data() + text.size();
    if (!is_space(decode_before(before))) break;
    text = text.substr(0, static_cast<std::size_t>(before - text.data()));
  }
  return text;
}

std::string joined(const TokenTexts& tokens) {
  std::string text;
  for (const std::string& token : tokens) text += token;
  return text;
}

}  // namespace

void SpacedDecoder::operator()(TokenTexts& tokens) const {
  for (std::size_t i = 1; i < tokens.size(); ++i) tokens[i].insert(0, 1, ' ');
}

void WordPieceDecoder::operator()(TokenTexts& tokens) const {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::string& token = tokens[i];
    if (i > 0 && token.starts_with(prefix)) {
      token.erase(0, prefix.size());
    } else if (i > 0) {
      token.insert(0, 1, ' ');
    }
    if (!cleanup || token.find(' ') == token.npos) continue;
    for (const auto& [from, to] : kCleanups) replace_all(token, from, to);
  }
}

void ByteLevelDecoder::operator()(TokenTexts& tokens) const {
  std::string bytes;
  for (const std::string& token : tokens) bytes += bytes_of_letters(token).value_or(token);
  if (!is_utf8(bytes)) bytes = RepairedText(bytes).text();
  tokens.clear();
  tokens.push_back(std::move(bytes));
}

void SuffixDecoder::operator()(TokenTexts& tokens) const {
  for (std::size_t i = 0; i < tokens.size(); ++i) replace_all(tokens[i], suffix, i + 1 == tokens.size() ? "" : " ");
}

void ByteFallbackDecoder::operator()(TokenTexts& tokens) const {
  TokenTexts decoded;
  std::string bytes;
  const auto put_bytes = [&] {
    if (is_utf8(bytes)) {
      if (!bytes.empty()) decoded.push_back(bytes);
    } else {
      decoded.insert(decoded.end(), bytes.size(), std::string(kBroken));
    }
    bytes.clear();
  };
  for (std::string& token : tokens) {
    if (const auto byte = byte_of(token)) {
      bytes += *byte;
      continue;
    }
    put_bytes();
    decoded.push_back(std::move(token));
  }
  put_bytes();
  tokens = std::move(decoded);
}

void FuseDecoder::operator()(TokenTexts& tokens) const { tokens.assign(1, joined(tokens)); }

void StripDecoder::operator()(TokenTexts& tokens) const {
  for (std::string& token : tokens) {
    std::string_view rest = token;
    for (std::size_t i = 0; i < left && rest.starts_with(content); ++i) rest.remove_prefix(content.size());
    for (std::size_t i = 0; i < right && rest.ends_with(content); ++i) rest.remove_suffix(content.size());
    token = std::string(rest);
  }
}

void ReplaceDecoder::operator()(TokenTexts& tokens) const {
  for (std::string& token : tokens) {
    const std::string_view all = token;
    std::string replaced;
    std::size_t done = 0;
    expression.for_each_match(all, {0, static_cast<std::uint32_t>(all.size())}, [&](Range found) {
      replaced += all.substr(done, found.begin - done);
      replaced += content;
      done = found.end;
      if (replaced.size() > kMostReplaced) {
        throw FormatError(
            fmt::format("the tokenizer's decoder makes more than {} MiB of one token: its replacements "
                        "are damaged, or made to do harm",
                        kMostReplaced >> 20));
      }
    });
    replaced += all.substr(done);
    token = std::move(replaced);
  }
}

void MetaspaceDecoder::operator()(TokenTexts& tokens) const {
  for (std::size_t i = 0; i < tokens.size(); ++i) replace_all(tokens[i], replacement, i == 0 && prepended ? "" : " ");
}

void PiecesDecoder::operator()(TokenTexts& tokens) const {
  std::string text, run;
  const auto put_bytes = [&] {
    text += characters_of(run);
    run.clear();
  };
  for (const std::string& token : tokens) {
    if (const auto byte = bytes ? byte_of(token) : std::nullopt) {
      run += *byte;
      continue;
    }
    put_bytes();
    if (std::ranges::find(controls, token) == controls.end()) text += token;
  }
  put_bytes();
  replace_all(text, "\u2581", " ");
  tokens.assign(1, std::string(stripped(text)));
}

void CleanUpDecoder::operator()(TokenTexts& tokens) const {
  for (std::string& token : tokens) {
    for (const auto& [from, to] : kCleanups) {
      if (from != kNegation) replace_all(token, from, to);
    }
  }
}

std::string Decoders::operator()(TokenTexts tokens) const {
  for (const Decoder& stage : stages) {
    std::visit([&](const auto& decode) { decode(tokens); }, stage);
  }
  return joined(tokens);
}

}  // namespace mana::text
