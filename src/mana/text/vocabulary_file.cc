#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/foreign_file.h"
#include "mana/base/printable.h"
#include "mana/text/tokenizer_files.h"

namespace mana::text {
namespace {

// One token a line; its id is the number of the line, from 0.
Vocabulary read_lines(std::string_view text) {
  Vocabulary vocabulary;
  vocabulary.reserve(static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1, text.size());
  for (TokenId id = 0; !text.empty(); ++id) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    vocabulary.insert(line, id);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return vocabulary;
}

bool has_capitals(const Vocabulary& vocabulary) {
  bool found = false;
  vocabulary.table().for_each([&](std::string_view token, TokenId) {
    const bool bracketed = token.starts_with('[') && token.ends_with(']');
    found |= !bracketed && std::ranges::any_of(token, [](char c) { return c >= 'A' && c <= 'Z'; });
  });
  return found;
}

std::optional<bool> setting(const std::optional<json::Value>& config, std::string_view key) {
  const auto entry = config ? config->find(key) : std::nullopt;
  return entry ? std::optional(entry->boolean()) : std::nullopt;
}

// "[SEP]", or {"content": "[SEP]", …}.
std::string special_token(const std::optional<json::Value>& config, std::string_view key, std::string_view otherwise) {
  const auto entry = config ? config->find(key) : std::nullopt;
  if (!entry) return std::string(otherwise);
  return std::string(entry->is_object() ? entry->at("content").string() : entry->string());
}

}  // namespace

Tokenizer::Pipeline read_vocabulary_file(const std::filesystem::path& path, const std::optional<json::Value>& config,
                                         std::optional<bool> lowercase) {
  const std::string text = read_file(path);
  refuse_stand_in(text, path.string());
  Vocabulary vocabulary = read_lines(text);
  BertNormalizer normalizer;
  normalizer.lowercase = setting(config, "do_lower_case").value_or(lowercase.value_or(!has_capitals(vocabulary)));
  normalizer.strip_accents = setting(config, "strip_accents").value_or(normalizer.lowercase);
  normalizer.handle_chinese_chars = setting(config, "tokenize_chinese_chars").value_or(true);

  const std::string unknown = special_token(config, "unk_token", "[UNK]");
  const std::string cls = special_token(config, "cls_token", "[CLS]");
  const std::string sep = special_token(config, "sep_token", "[SEP]");
  const std::string pad = special_token(config, "pad_token", "[PAD]");
  const std::string mask = special_token(config, "mask_token", "[MASK]");
  const auto required = [&](const std::string& token) {
    if (const auto id = vocabulary.id(token)) return *id;
    throw FormatError(
        fmt::format("{} lacks the token \"{}\", which begins or ends every text", path.string(), printable(token)));
  };
  const TokenId cls_id = required(cls);
  const TokenId sep_id = required(sep);
  std::vector<AddedToken> added;
  for (const std::string& token : {pad, unknown, cls, sep, mask}) {
    if (vocabulary.id(token)) added.push_back({.content = token, .normalized = false, .special = true});
  }
  if (const auto more = config ? config->find("added_tokens_decoder") : std::nullopt) {
    for (const auto& [id, token] : more->object()) added.push_back(read_added_token(token));
  }

  WordPiece::Options options;
  options.unknown_token = unknown;
  Tokenizer::Pipeline pipeline{.normalizers = {{normalizer}},
                               .pre_tokenizers = {{BertPreTokenizer{}}},
                               .model = WordPiece(std::move(vocabulary), options, path.string()),
                               .single = Template::bert(false, cls_id, sep_id),
                               .pair = Template::bert(true, cls_id, sep_id),
                               .decoder = WordPieceDecoder{}};
  pipeline.added = AddedTokens(std::move(added), pipeline.vocabulary(), pipeline.normalizers, path.string());
  return pipeline;
}

}  // namespace mana::text
