#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mana/base/json.h"
#include "mana/text/added_tokens.h"
#include "mana/text/bert_normalizer.h"
#include "mana/text/tokenizer_class.h"

namespace mana::text {

/// The files of a model's folder that say how text becomes tokens, as far as they are there.
struct TokenizerFolder {
  explicit TokenizerFolder(const std::filesystem::path& folder);

  /// What tokenizer_config.json says of a flag.
  bool flag(std::string_view key, bool otherwise) const;

  std::filesystem::path path;
  std::optional<json::Document> stages;          ///< tokenizer.json
  std::optional<json::Document> config;          ///< tokenizer_config.json
  std::optional<json::Document> special_tokens;  ///< special_tokens_map.json
  std::optional<json::Document> added_tokens;    ///< added_tokens.json
  std::optional<json::Document> model;           ///< config.json
  bool has_merges = false;                       ///< vocab.json and merges.txt are there
  bool has_sides = false;                        ///< source.spm and vocab.json are there
};

/// A token that the files ask for.
struct RequestedToken {
  enum class Source {
    listed,  ///< in a list of added tokens
    extra,   ///< only among the extra special tokens
    named,   ///< only the settings name it
    assumed  ///< no file names it, the class does
  };
  AddedToken token;
  Source source = Source::listed;
  std::optional<TokenId> said = {};  ///< the id that the list gives it
  bool plain = false;                ///< nothing says whether it is normalised: it is unless it is special
};

/// What they say beside stages and vocabulary, put together as transformers 5 does: where `tokenizer_config.json` has
/// an added_tokens_decoder, that is the list of added tokens; else `special_tokens_map.json` counts more than
/// `tokenizer_config.json`, and the list is `added_tokens.json` with that of `tokenizer.json`.
struct TokenizerSettings {
  TokenizerClass kind = TokenizerClass::bert;
  BertNormalizer normalizer = {};                        ///< of the classes that have one
  std::string unknown, cls, separator, begin, end, pad;  ///< and their special tokens
  /// In the order in which they are numbered; with TokenizerClass::file behind those of `tokenizer.json`.
  std::vector<RequestedToken> added = {};
  std::vector<std::string> special = {};  ///< what the model calls special: the named tokens and the extra ones
  bool split_special = false;             ///< special tokens are no tokens where they stand in a text
  bool truncate_left = false;             ///< a text that is too long loses its beginning
  bool type_ids = false;                  ///< the types of the template reach the model
  std::optional<std::size_t> max_length = {};
  std::string max_length_fault = {};    ///< why there is no max_length, where what is said cannot be one
  std::vector<std::string> notes = {};  ///< what files say and others overrule
};

/// Throws FormatError that names file and entry.
TokenizerSettings read_tokenizer_settings(const TokenizerFolder& files);

}  // namespace mana::text
