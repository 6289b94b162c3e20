#include "mana/compress/tokenizer_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/compress/model_vocabulary.h"

namespace mana::compress {
namespace {

constexpr const char* kJson = "tokenizer.json";
constexpr const char* kVocabulary = "vocab.txt";
constexpr const char* kConfig = "tokenizer_config.json";
constexpr const char* kAdded = "added_tokens.json";
constexpr const char* kDecoder = "added_tokens_decoder";
/// What holds the same vocabulary in another form.
constexpr const char* kOtherForms[] = {
    "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model", "sentencepiece.model", "tokenizer.model"};

/// A token as settings write it: "[SEP]", or {"content": "[SEP]", …}.
std::string content_of(const models::Json& token) {
  if (token.is_string()) return token.get<std::string>();
  return token.is_object() && token.contains("content") && token["content"].is_string()
             ? token["content"].get<std::string>()
             : std::string();
}

}  // namespace

TokenizerFiles::TokenizerFiles(std::filesystem::path folder, const text::Tokenizer& tokenizer)
    : folder_(std::move(folder)), tokenizer_(tokenizer) {
  if (has_json() || file_exists(folder_ / kVocabulary)) return;
  throw ArgumentError(
      fmt::format("{} has neither {} nor {}, whose vocabulary could be reduced; save its tokenizer with transformers, "
                  "which writes the former",
                  folder_.string(), kJson, kVocabulary));
}

bool TokenizerFiles::has_json() const { return file_exists(folder_ / kJson); }

std::string TokenizerFiles::continuing_prefix() const {
  return has_json() ? compress::continuing_prefix(models::read_json(folder_ / kJson).at("model")) : "##";
}

std::vector<VocabularyToken> TokenizerFiles::tokens(std::span<const std::uint64_t> counts) const {
  std::map<std::string, VocabularyToken> all;
  const auto add = [&](VocabularyToken token) {
    const auto row = static_cast<std::size_t>(token.id);
    token.count = row < counts.size() ? counts[row] : 0;
    all[token.text] = std::move(token);
  };
  if (has_json()) {
    for (VocabularyToken& token : pieces_of(models::read_json(folder_ / kJson).at("model"))) add(std::move(token));
  } else {
    std::int64_t id = 0;
    for (const std::string& line : lines()) add({line, id++});
  }
  // What is in no vocabulary has been added to it, and what is named or added must stay.
  for (std::size_t row = 0; row < counts.size(); ++row) {
    const auto token = tokenizer_.find_token(static_cast<text::TokenId>(row));
    if (token && !all.contains(std::string(*token))) {
      add({std::string(*token), static_cast<std::int64_t>(row), 0, true});
    }
  }
  for (const std::string& name : named_tokens()) {
    if (const auto token = all.find(name); token != all.end()) token->second.special = true;
  }
  std::vector<VocabularyToken> list;
  list.reserve(all.size());
  for (auto& [text, token] : all) list.push_back(std::move(token));
  return list;
}

void TokenizerFiles::renumber(const Renumbering& numbers) const {
  if (file_exists(folder_ / kVocabulary)) renumber_lines(numbers);
  for (const char* name : kOtherForms) {  // which a tokenizer.json goes before
    std::error_code ignored;
    std::filesystem::remove(folder_ / name, ignored);
  }
  models::edit_json(folder_ / kJson, [&](models::Json& json) { renumber_json(numbers, json); });
  models::edit_json(folder_ / kConfig, [&](models::Json& config) {
    if (!config.contains(kDecoder) || !config[kDecoder].is_object()) return;
    models::Json renamed = models::Json::object();
    for (const auto& [id, token] : config[kDecoder].items()) {
      if (const auto number = new_id(numbers, content_of(token))) renamed[std::to_string(*number)] = token;
    }
    config[kDecoder] = renamed;
  });
  models::edit_json(folder_ / kAdded, [&](models::Json& tokens) {
    models::Json renumbered = models::Json::object();
    for (const auto& [text, id] : tokens.items()) {
      if (const auto number = new_id(numbers, text)) renumbered[text] = *number;
    }
    tokens = renumbered;
  });
}

std::vector<std::string> TokenizerFiles::lines() const {
  const std::string text = read_file(folder_ / kVocabulary);
  std::vector<std::string> all;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    all.push_back(text.substr(begin, end - begin));
    while (!all.back().empty() && std::string_view(" \t\r\v\f").find(all.back().back()) != std::string_view::npos)
      all.back().pop_back();
    begin = end + 1;
  }
  return all;
}

/// Whatever id a file gives a token, that of the tokenizer counts.
std::optional<std::int64_t> TokenizerFiles::new_id(const Renumbering& numbers, const std::string& token) const {
  const auto id = tokenizer_.id(token);
  return id ? numbers.of(*id) : std::nullopt;
}

/// What templates, settings and lists of added tokens call by name.
std::set<std::string> TokenizerFiles::named_tokens() const {
  std::set<std::string> names = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  const auto add_all = [&](const models::Json& file, const char* key) {
    if (!file.contains(key)) return;
    for (const auto& [name, token] : file[key].items()) names.insert(content_of(token));
  };
  if (has_json()) {
    const models::Json json = models::read_json(folder_ / kJson);
    for (std::string& token : last_resorts(json.at("model"))) names.insert(std::move(token));
    add_all(json, "added_tokens");
  }
  for (const char* name : {kConfig, "special_tokens_map.json"}) {
    if (!file_exists(folder_ / name)) continue;
    const models::Json settings = models::read_json(folder_ / name);
    for (const auto& [key, token] : settings.items()) {
      if (key.ends_with("_token")) names.insert(content_of(token));
    }
    for (const char* key : {"additional_special_tokens", "extra_special_tokens", kDecoder}) add_all(settings, key);
  }
  if (file_exists(folder_ / kAdded)) {
    const models::Json added = models::read_json(folder_ / kAdded);
    for (const auto& [text, id] : added.items()) names.insert(text);
  }
  return names;
}

void TokenizerFiles::renumber_lines(const Renumbering& numbers) const {
  std::string kept;
  std::int64_t id = 0;
  for (const std::string& line : lines()) {
    if (numbers.of(id++)) kept += line + "\n";
  }
  AtomicFile file(folder_ / kVocabulary);
  file.write(kept);
  file.commit();
}

void TokenizerFiles::renumber_json(const Renumbering& numbers, models::Json& json) const {
  json["model"] = reduced(json.at("model"), numbers);
  if (json.contains("added_tokens")) {
    for (models::Json& token : json["added_tokens"]) {
      if (const auto number = new_id(numbers, content_of(token))) token["id"] = *number;
    }
  }
  if (json.contains("padding") && json["padding"].is_object()) numbers.change(json["padding"]["pad_id"]);
  if (!json.contains("post_processor") || !json["post_processor"].is_object()) return;
  models::Json& processor = json["post_processor"];
  for (const char* key : {"cls", "sep"}) {
    if (processor.contains(key)) numbers.change(processor[key].at(1));
  }
  if (!processor.contains("special_tokens")) return;
  for (auto& [name, token] : processor["special_tokens"].items()) {
    for (models::Json& id : token.at("ids")) numbers.change(id);
  }
}

}  // namespace mana::compress
