#include "mana/compress/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/compress/token_counts.h"
#include "mana/formats/sentence_tokenizer.h"
#include "mana/models/sentence/encoder_tensors.h"
#include "mana/models/sentence/model_folder.h"
#include "mana/text/tokenizer.h"

namespace mana::compress {
namespace {

namespace fs = std::filesystem;

/// The characters of UTF-8, one view for each.
std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> all;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    all.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return all;
}

/// A token as pieces of one character would spell it: "##ing" -> "##i", "##n", "##g".
std::vector<std::string> spelling(const std::string& token, const std::string& prefix) {
  const bool inside = token.size() > prefix.size() && token.starts_with(prefix);
  std::vector<std::string> pieces;
  for (const std::string_view character : characters(std::string_view(token).substr(inside ? prefix.size() : 0))) {
    pieces.push_back(inside || !pieces.empty() ? prefix : std::string());
    pieces.back() += character;
  }
  return pieces;
}

}  // namespace

std::vector<std::int64_t> tokens_to_keep(std::span<const VocabularyToken> tokens, std::size_t size,
                                         const std::string& continuing_prefix) {
  std::set<std::string_view> known;
  for (const VocabularyToken& token : tokens) known.insert(token.text);
  const auto never_made = [](const VocabularyToken& token) { return token.text.starts_with("[unused"); };
  const auto must_stay = [&](const VocabularyToken& token) {
    if (token.special || never_made(token)) return token.special;
    const std::vector<std::string> pieces = spelling(token.text, continuing_prefix);
    return pieces.size() <= 1 ||
           std::ranges::any_of(pieces, [&](const std::string& piece) { return !known.contains(piece); });
  };
  std::vector<std::int64_t> kept;
  std::vector<const VocabularyToken*> others;
  for (const VocabularyToken& token : tokens) {
    if (must_stay(token)) {
      kept.push_back(token.id);
    } else {
      others.push_back(&token);
    }
  }
  if (size < kept.size()) {
    throw ArgumentError(fmt::format(
        "a vocabulary of {} tokens is too small: {} must stay, special tokens and single characters among them", size,
        kept.size()));
  }
  const auto order = [&](const VocabularyToken* token) {
    return std::tuple(never_made(*token), ~token->count, token->id);
  };
  std::ranges::sort(others, {}, order);
  others.resize(std::min(others.size(), size - kept.size()));
  for (const VocabularyToken* token : others) kept.push_back(token->id);
  std::ranges::sort(kept);
  return kept;
}

namespace {

/// Old ids and the new ones of those that stay.
class Renumbering {
 public:
  explicit Renumbering(const std::vector<std::int64_t>& kept) {
    for (const std::int64_t id : kept) new_ids_.emplace(id, static_cast<std::int64_t>(new_ids_.size()));
  }
  std::optional<std::int64_t> of(std::int64_t id) const {
    const auto found = new_ids_.find(id);
    return found == new_ids_.end() ? std::nullopt : std::optional(found->second);
  }
  void change(models::Json& id) const {
    if (!id.is_number_integer()) return;
    if (const auto renumbered = of(id.get<std::int64_t>())) id = *renumbered;
  }
  std::size_t size() const { return new_ids_.size(); }

 private:
  std::map<std::int64_t, std::int64_t> new_ids_;
};

/// The tokens of a folder's tokenizer, and its files that name them.
class TokenizerFiles {
 public:
  TokenizerFiles(fs::path folder, const text::Tokenizer& tokenizer)
      : folder_(std::move(folder)), tokenizer_(tokenizer) {}

  std::string continuing_prefix() const {
    if (!has_json() && file_exists(folder_ / kVocabulary)) return "##";
    const models::Json model = has_json() ? models::read_json(folder_ / kJson).at("model") : models::Json::object();
    const bool scored = has_json() ? !model.at("vocab").is_object() : !file_exists(folder_ / "merges.txt");
    if (!has_json() || scored || model.contains("merges")) {
      throw ArgumentError(
          fmt::format("{} has the vocabulary of a {}; only that of a WordPiece can be reduced", folder_.string(),
                      scored ? "Unigram or a file of SentencePiece, whose pieces are chosen by their scores"
                             : "BPE, whose tokens are made of each other"));
    }
    return model.value("continuing_subword_prefix", "##");
  }

  /// Every token that has an id below `rows`, by the tokenizer's word.
  std::vector<VocabularyToken> tokens(std::span<const std::uint64_t> counts) const {
    std::map<std::string, VocabularyToken> all;
    const auto add = [&](const std::string& text, std::int64_t id, bool special) {
      all[text] = {text, id, static_cast<std::size_t>(id) < counts.size() ? counts[static_cast<std::size_t>(id)] : 0,
                   special};
    };
    if (has_json()) {
      const models::Json json = models::read_json(folder_ / kJson);
      for (const auto& [text, id] : json.at("model").at("vocab").items()) add(text, id.get<std::int64_t>(), false);
    } else {
      std::int64_t id = 0;
      for (const std::string& line : lines()) add(line, id++, false);
    }
    // What is in no vocabulary has been added to it, and what is named or added must stay.
    for (std::size_t row = 0; row < counts.size(); ++row) {
      const auto token = tokenizer_.find_token(static_cast<text::TokenId>(row));
      if (token && !all.contains(std::string(*token))) add(std::string(*token), static_cast<std::int64_t>(row), true);
    }
    for (const std::string& name : named_tokens()) {
      if (const auto token = all.find(name); token != all.end()) token->second.special = true;
    }
    std::vector<VocabularyToken> list;
    list.reserve(all.size());
    for (auto& [text, token] : all) list.push_back(std::move(token));
    return list;
  }

  void renumber(const Renumbering& numbers) const {
    if (file_exists(folder_ / kVocabulary)) renumber_lines(numbers);
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

 private:
  static constexpr const char* kJson = "tokenizer.json";
  static constexpr const char* kVocabulary = "vocab.txt";
  static constexpr const char* kConfig = "tokenizer_config.json";
  static constexpr const char* kAdded = "added_tokens.json";
  static constexpr const char* kDecoder = "added_tokens_decoder";

  bool has_json() const { return file_exists(folder_ / kJson); }

  std::vector<std::string> lines() const {
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

  /// A token as settings write it: "[SEP]", or {"content": "[SEP]", …}.
  static std::string content_of(const models::Json& token) {
    if (token.is_string()) return token.get<std::string>();
    return token.is_object() && token.contains("content") && token["content"].is_string()
               ? token["content"].get<std::string>()
               : std::string();
  }

  /// Whatever id a file gives a token, that of the tokenizer counts.
  std::optional<std::int64_t> new_id(const Renumbering& numbers, const std::string& token) const {
    const auto id = tokenizer_.id(token);
    return id ? numbers.of(*id) : std::nullopt;
  }

  /// What templates, settings and lists of added tokens call by name.
  std::set<std::string> named_tokens() const {
    std::set<std::string> names = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
    const auto add_all = [&](const models::Json& file, const char* key) {
      if (!file.contains(key)) return;
      for (const auto& [name, token] : file[key].items()) names.insert(content_of(token));
    };
    if (has_json()) {
      const models::Json json = models::read_json(folder_ / kJson);
      names.insert(json.at("model").value("unk_token", "[UNK]"));
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

  void renumber_lines(const Renumbering& numbers) const {
    std::string kept;
    std::int64_t id = 0;
    for (const std::string& line : lines()) {
      if (numbers.of(id++)) kept += line + "\n";
    }
    AtomicFile file(folder_ / kVocabulary);
    file.write(kept);
    file.commit();
  }

  void renumber_json(const Renumbering& numbers, models::Json& json) const {
    models::Json vocabulary = models::Json::object();
    for (const auto& [text, id] : json.at("model").at("vocab").items()) {
      if (const auto renumbered = numbers.of(id.get<std::int64_t>())) vocabulary[text] = *renumbered;
    }
    json["model"]["vocab"] = std::move(vocabulary);
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

  fs::path folder_;
  const text::Tokenizer& tokenizer_;
};

/// The tensor with a row for each token.
std::string table_name(const formats::SentenceFolder& model) {
  const formats::StoredWeights stored_weights = formats::StoredWeights::open(model.transformer);
  if (model.contextual) {
    return models::encoder_tensors(model, stored_weights).front().name;
  }
  if (stored_weights.find("embedding.weight") == nullptr) {
    throw ArgumentError(fmt::format("{} stores its vectors as model2vec does, whose vocabulary is not reduced here",
                                    model.folder.string()));
  }
  return "embedding.weight";
}

std::vector<std::byte> kept_rows(const formats::StoredTensor& table, const std::vector<std::int64_t>& kept) {
  const std::size_t row = table.bytes.size() / table.shape.at(0);
  std::vector<std::byte> rows(kept.size() * row);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    std::memcpy(rows.data() + i * row, table.bytes.data() + static_cast<std::size_t>(kept[i]) * row, row);
  }
  return rows;
}

}  // namespace

void reduce_vocabulary(const fs::path& folder, std::size_t size, std::span<const std::string> corpus) {
  const formats::SentenceFolder model = formats::read_sentence_folder(folder);
  const std::string table = table_name(model);
  const std::uint64_t rows = formats::StoredWeights::open(model.transformer).at(table).shape.at(0);
  const text::Tokenizer tokenizer = formats::load_tokenizer(model, rows);
  tokenizer.require_vectors(rows, std::numeric_limits<std::size_t>::max(), "the model");
  const TokenizerFiles files(model.transformer, tokenizer);
  const std::string prefix = files.continuing_prefix();
  const std::vector<VocabularyToken> tokens = files.tokens(count_tokens(tokenizer, rows, corpus));
  const auto is_read = [&](const std::string& tensor) {
    return !model.contextual || models::names_of(models::encoder_config(model)).is_of_the_encoder(tensor);
  };
  const std::vector<std::int64_t> kept = tokens_to_keep(tokens, size, prefix);
  models::rewrite_weights(model.transformer, [&](const formats::StoredTensor& stored, models::ChangedTensor& tensor) {
    if (tensor.name == table) {
      tensor.shape[0] = kept.size();
      tensor.bytes = kept_rows(stored, kept);
      return true;
    }
    // What else has a row for each token belongs to a head, which the vectors do not depend on.
    return stored.shape.empty() || stored.shape[0] != rows || rows == 0 || is_read(tensor.name);
  });
  const Renumbering numbers(kept);
  files.renumber(numbers);
  models::edit_json(model.transformer / "config.json", [&](models::Json& config) {
    config["vocab_size"] = numbers.size();
    for (auto& [key, id] : config.items()) {
      if (key.ends_with("_token_id")) numbers.change(id);
    }
  });
  const text::Tokenizer reduced = formats::load_tokenizer(formats::read_sentence_folder(folder), kept.size());
  for (const VocabularyToken& token : tokens) {
    const auto number = numbers.of(token.id);
    if (number && reduced.id(token.text) != static_cast<text::TokenId>(*number)) {
      throw FormatError(
          fmt::format("{}: the token \"{}\" cannot keep its vector in a smaller vocabulary, since added tokens "
                      "are numbered behind all others; the vocabulary has gaps or repetitions",
                      folder.string(), printable(token.text)));
    }
  }
}

}  // namespace mana::compress
