#include "mana/text/tokenizer_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <unordered_map>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/text/sentencepiece_files.h"
#include "mana/text/tokenizer_files.h"

namespace mana::text {
namespace {

using Entry = std::optional<json::Value>;

Entry root_of(const std::optional<json::Document>& file) { return file ? std::optional(file->root()) : std::nullopt; }

Entry entry_of(const Entry& file, std::string_view key) { return file ? file->find(key) : std::nullopt; }

// Null included, which find() takes for absent.
Entry member(const Entry& file, std::string_view key) {
  if (!file) return std::nullopt;
  for (auto& [name, value] : file->object()) {
    if (name == key) return value;
  }
  return std::nullopt;
}

bool boolean_or(const Entry& config, std::string_view key, bool otherwise) {
  const Entry entry = member(config, key);
  return entry ? entry->boolean() : otherwise;
}

// In the order in which transformers adds them.
constexpr std::string_view kNamed[] = {"bos_token", "eos_token", "unk_token", "sep_token",
                                       "pad_token", "cls_token", "mask_token"};
bool is_named(std::string_view key) { return std::ranges::find(kNamed, key) != std::end(kNamed); }

// A token as settings write it, with Python's defaults: "[SEP]", or {"content": "[SEP]", …}.
AddedToken read_token(const json::Value& entry, bool special) {
  if (entry.is_string()) return {.content = std::string(entry.string()), .normalized = !special, .special = special};
  const auto flag = [&](std::string_view key) { return boolean_or(entry, key, false); };
  special = special || flag("special");
  return {.content = std::string(entry.at("content").string()),
          .single_word = flag("single_word"),
          .lstrip = flag("lstrip"),
          .rstrip = flag("rstrip"),
          .normalized = boolean_or(entry, "normalized", !special),
          .special = special};
}

// The special tokens as the files name them.
class SpecialTokens {
 public:
  SpecialTokens(const Entry& config, const Entry& map, bool heed_map) {
    if (config) read(*config, false);
    if (heed_map && map) read(*map, true);
    if (!extra_) extra_ = additional_;
  }

  // Of a standard name. Nothing: no file says; a token without content: null.
  const std::optional<AddedToken>& named(std::string_view key) const { return named_.find(key)->second; }
  // Of names that a model has made up, in order.
  const std::vector<AddedToken>& own() const { return own_; }
  const std::vector<AddedToken>& extra() const { return extra_ ? *extra_ : kNone; }

  // Whether a token is called special before defaults are filled in.
  bool written(std::string_view content) const {
    const auto same = [&](const AddedToken& token) { return token.content == content; };
    return std::ranges::any_of(named_, [&](const auto& entry) { return entry.second && same(*entry.second); }) ||
           (!from_additional_ && std::ranges::any_of(extra(), same));
  }

 private:
  void read(const json::Value& file, bool map) {
    for (const auto& [key, value] : file.object()) {
      if (is_named(key)) {
        named_[std::string(key)] = value.is_null() ? AddedToken{} : read_token(value, true);
      } else if (key.ends_with("_token") && (value.is_string() || value.is_object())) {
        own_.push_back(read_token(value, true));
      }
    }
    if (const auto extra = file.find("extra_special_tokens")) {
      if (extra->is_object()) {
        for (const auto& [name, value] : extra->object()) own_.push_back(read_token(value, true));
      } else {
        if (!extra_) extra_.emplace();
        append(*extra, *extra_);
      }
    }
    const auto additional = file.find("additional_special_tokens");
    if (!additional) return;
    if (!map) {  // the older name, which counts where the newer one says nothing
      if (!extra_ || extra_->empty()) append(*additional, extra_.emplace());
    } else {
      append(*additional, additional_.emplace());
      from_additional_ = !extra_;
    }
  }

  static void append(const json::Value& list, std::vector<AddedToken>& tokens) {
    for (const json::Value& token : list.array()) tokens.push_back(read_token(token, true));
  }

  static inline const std::vector<AddedToken> kNone;
  std::map<std::string, std::optional<AddedToken>, std::less<>> named_ = [] {
    std::map<std::string, std::optional<AddedToken>, std::less<>> all;
    for (const std::string_view key : kNamed) all.emplace(key, std::nullopt);
    return all;
  }();
  std::vector<AddedToken> own_;
  std::optional<std::vector<AddedToken>> extra_, additional_;
  bool from_additional_ = false;
};

// What a class calls its special tokens where no file does.
std::string default_token(TokenizerClass kind, std::string_view key) {
  constexpr std::pair<std::string_view, std::string_view> kBert[] = {{"unk_token", "[UNK]"},
                                                                     {"sep_token", "[SEP]"},
                                                                     {"pad_token", "[PAD]"},
                                                                     {"cls_token", "[CLS]"},
                                                                     {"mask_token", "[MASK]"}};
  constexpr std::pair<std::string_view, std::string_view> kMpnet[] = {
      {"bos_token", "<s>"},   {"eos_token", "</s>"}, {"unk_token", "[UNK]"},  {"sep_token", "</s>"},
      {"pad_token", "<pad>"}, {"cls_token", "<s>"},  {"mask_token", "<mask>"}};
  constexpr std::pair<std::string_view, std::string_view> kGpt2[] = {
      {"bos_token", "<|endoftext|>"}, {"eos_token", "<|endoftext|>"}, {"unk_token", "<|endoftext|>"}};
  constexpr std::pair<std::string_view, std::string_view> kRoberta[] = {
      {"bos_token", "<s>"},   {"eos_token", "</s>"}, {"unk_token", "<unk>"},  {"sep_token", "</s>"},
      {"pad_token", "<pad>"}, {"cls_token", "<s>"},  {"mask_token", "<mask>"}};
  constexpr std::pair<std::string_view, std::string_view> kDeberta[] = {
      {"bos_token", "[CLS]"}, {"eos_token", "[SEP]"}, {"unk_token", "[UNK]"},  {"sep_token", "[SEP]"},
      {"pad_token", "[PAD]"}, {"cls_token", "[CLS]"}, {"mask_token", "[MASK]"}};
  constexpr std::pair<std::string_view, std::string_view> kAlbert[] = {
      {"bos_token", "[CLS]"}, {"eos_token", "[SEP]"}, {"unk_token", "<unk>"},  {"sep_token", "[SEP]"},
      {"pad_token", "<pad>"}, {"cls_token", "[CLS]"}, {"mask_token", "[MASK]"}};
  constexpr std::pair<std::string_view, std::string_view> kXlnet[] = {
      {"bos_token", "<s>"},   {"eos_token", "</s>"},  {"unk_token", "<unk>"},  {"sep_token", "<sep>"},
      {"pad_token", "<pad>"}, {"cls_token", "<cls>"}, {"mask_token", "<mask>"}};
  constexpr std::pair<std::string_view, std::string_view> kClip[] = {{"bos_token", "<|startoftext|>"},
                                                                     {"eos_token", "<|endoftext|>"},
                                                                     {"unk_token", "<|endoftext|>"},
                                                                     {"pad_token", "<|endoftext|>"}};
  constexpr std::pair<std::string_view, std::string_view> kMarian[] = {
      {"eos_token", "</s>"}, {"unk_token", "<unk>"}, {"pad_token", "<pad>"}};
  const auto find = [&](const auto& names) {
    const auto* found = std::ranges::find(names, key, [](const auto& entry) { return entry.first; });
    return found == std::end(names) ? std::string() : std::string(found->second);
  };
  switch (kind) {
    case TokenizerClass::bert:
    case TokenizerClass::bert_japanese: return find(kBert);
    case TokenizerClass::mpnet: return find(kMpnet);
    case TokenizerClass::gpt2: return find(kGpt2);
    case TokenizerClass::roberta:
    case TokenizerClass::camembert: return find(kRoberta);
    case TokenizerClass::clip: return find(kClip);
    case TokenizerClass::deberta: return find(kDeberta);
    case TokenizerClass::albert: return find(kAlbert);
    case TokenizerClass::xlnet: return find(kXlnet);
    case TokenizerClass::marian: return find(kMarian);
    case TokenizerClass::pieces:
    case TokenizerClass::file: return {};
  }
  return {};
}

// Whether a class's own mask takes the white space before it.
bool mask_takes_space(TokenizerClass kind) {
  return kind == TokenizerClass::mpnet || kind == TokenizerClass::camembert || kind == TokenizerClass::xlnet;
}

TokenId id_of(const json::Value& place, std::string_view key) {
  TokenId id = -1;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
  if (error != std::errc() || end != key.data() + key.size() || id < 0) {
    place.fail(fmt::format("must be under the id of a token, not under \"{}\"", printable(key)));
  }
  return id;
}

// The list of added tokens by the ids that the files give them.
std::map<TokenId, RequestedToken> listed_tokens(const TokenizerFolder& files, const SpecialTokens& special) {
  std::map<TokenId, RequestedToken> listed;
  const auto list = [&](TokenId id, AddedToken token, bool plain) {
    listed.insert_or_assign(id, RequestedToken{std::move(token), RequestedToken::Source::listed, id, plain});
  };
  if (const Entry decoder = member(root_of(files.config), "added_tokens_decoder")) {
    for (const auto& [id, token] : decoder->object()) {
      list(id_of(token, id), read_token(token, false), !token.find("normalized"));
    }
    return listed;
  }
  if (files.added_tokens) {
    for (const auto& [content, id] : files.added_tokens->root().object()) {
      AddedToken token{.content = std::string(content)};
      token.special = special.written(content);
      token.normalized = !token.special;
      list(static_cast<TokenId>(id.integer(0, kMaxTokenId)), std::move(token), false);
    }
  }
  if (const Entry entry = entry_of(root_of(files.stages), "added_tokens")) {
    for (const json::Value& token : entry->array()) {
      const Entry id = token.find("id");
      const TokenId key = id ? static_cast<TokenId>(id->integer(0, kMaxTokenId)) : static_cast<TokenId>(listed.size());
      list(key, read_added_token(token), false);
    }
  }
  return listed;
}

// The requested tokens in their order, and each but once.
class Requests {
 public:
  explicit Requests(TokenizerSettings& settings) : settings_(settings) {}

  void list(const RequestedToken& token) { add(token); }
  // A special token stands behind the list unless it is in it. One that is named is special there, too.
  void special(const AddedToken& token, RequestedToken::Source source) {
    settings_.special.push_back(token.content);
    RequestedToken& added = add({token, source});
    if (source == RequestedToken::Source::extra) return;
    added.token.special = true;
    if (added.plain) added.token.normalized = false;
  }

 private:
  RequestedToken& add(RequestedToken request) {
    std::vector<RequestedToken>& all = settings_.added;
    const auto [place, is_new] = places_.emplace(request.token.content, all.size());
    if (is_new) {
      all.push_back(std::move(request));
    } else if (request.source == RequestedToken::Source::listed ||
               all[place->second].source != RequestedToken::Source::listed) {
      // The list counts more than a name; of two of a kind the last one does, and what was special stays so.
      RequestedToken& before = all[place->second];
      request.token.special = request.token.special || before.token.special;
      if (request.source == RequestedToken::Source::assumed) request.source = before.source;
      before = std::move(request);
    }
    return all[place->second];
  }

  TokenizerSettings& settings_;
  std::unordered_map<std::string, std::size_t> places_;
};

void read_added(const TokenizerFolder& files, TokenizerSettings& settings) {
  const Entry config = root_of(files.config);
  const bool legacy = !member(config, "added_tokens_decoder");
  const SpecialTokens special(config, root_of(files.special_tokens), legacy);
  Requests requests(settings);
  for (const auto& [id, token] : listed_tokens(files, special)) requests.list(token);

  for (const std::string_view key : kNamed) {
    const std::optional<AddedToken>& written = special.named(key);
    AddedToken token{.content = default_token(settings.kind, key), .normalized = false, .special = true};
    token.lstrip = key == "mask_token" && mask_takes_space(settings.kind);
    if (written) token = *written;
    if (key == "unk_token") settings.unknown = token.content;
    if (key == "bos_token") settings.begin = token.content;
    if (key == "eos_token") settings.end = token.content;
    if (key == "cls_token") settings.cls = token.content;
    if (key == "sep_token") settings.separator = token.content;
    if (key == "pad_token") settings.pad = token.content;
    if (token.content.empty()) continue;
    requests.special(token, written ? RequestedToken::Source::named : RequestedToken::Source::assumed);
  }
  const bool like_bert = settings.kind == TokenizerClass::bert || settings.kind == TokenizerClass::mpnet ||
                         settings.kind == TokenizerClass::bert_japanese;
  if (like_bert && (settings.unknown.empty() || settings.cls.empty() || settings.separator.empty())) {
    throw FormatError(
        fmt::format("{}: the settings of the tokenizer must not leave unk_token, cls_token or sep_token null",
                    files.path.string()));
  }
  for (const AddedToken& token : special.own()) requests.special(token, RequestedToken::Source::named);
  for (const AddedToken& token : special.extra()) requests.special(token, RequestedToken::Source::extra);
}

// Files without a limit say 1e30.
void read_max_length(const Entry& config, TokenizerSettings& settings) {
  Entry entry = member(config, "model_max_length");
  if (!entry) entry = member(config, "max_len");
  if (!entry || entry->is_null()) return;
  if (entry->is_number()) {
    const double length = entry->number();
    if (length > 1e9) return;
    if (length >= 1 && length == std::floor(length)) settings.max_length = static_cast<std::size_t>(length);
  }
  if (!settings.max_length)
    settings.max_length_fault = fmt::format("{} must be a number of tokens, 1 or more", entry->place());
}

// One of two sides, or nothing.
std::optional<bool> is_left(const Entry& entry, std::string_view left, std::string_view right) {
  if (!entry) return std::nullopt;
  if (entry->string() == left) return true;
  if (entry->string() == right) return false;
  entry->fail(fmt::format("is \"{}\"; it must be {} or {}", printable(entry->string()), left, right));
}

}  // namespace

TokenizerFolder::TokenizerFolder(const std::filesystem::path& folder) : path(folder) {
  const auto read = [&](const char* name, std::optional<json::Document>& file) {
    if (file_exists(folder / name)) file = json::Document::read(folder / name);
  };
  read("tokenizer.json", stages);
  read("tokenizer_config.json", config);
  read("special_tokens_map.json", special_tokens);
  read("added_tokens.json", added_tokens);
  read("config.json", model);
  const bool has_list = file_exists(folder / "vocab.json");
  has_merges = has_list && file_exists(folder / "merges.txt");
  has_sides = has_list && file_exists(folder / "source.spm");
}

bool TokenizerFolder::flag(std::string_view key, bool otherwise) const {
  const Entry entry = entry_of(root_of(config), key);
  return entry ? entry->boolean() : otherwise;
}

TokenizerSettings read_tokenizer_settings(const TokenizerFolder& files) {
  const Entry config = root_of(files.config), stages = root_of(files.stages);
  TokenizerSettings settings;
  settings.kind = tokenizer_class({config, root_of(files.model), stages, sentencepiece_file(files.path).has_value(),
                                   files.has_merges, files.has_sides});

  // Where nothing but these two files is there, CLIP's are known by the token that begins its texts.
  if (settings.kind == TokenizerClass::gpt2 && !files.stages && !config && !files.model &&
      read_file(files.path / "vocab.json").find("\"<|startoftext|>\"") != std::string::npos) {
    settings.kind = TokenizerClass::clip;
  }

  settings.normalizer.lowercase = boolean_or(config, "do_lower_case", true);
  const Entry accents = entry_of(config, "strip_accents");
  settings.normalizer.strip_accents = accents ? accents->boolean() : settings.normalizer.lowercase;
  settings.normalizer.handle_chinese_chars = boolean_or(config, "tokenize_chinese_chars", true);
  read_added(files, settings);
  settings.split_special = boolean_or(config, "split_special_tokens", false);

  // What tokenizer.json says of the side counts where the settings say nothing; how much it leaves never does.
  const Entry truncation = entry_of(stages, "truncation");
  settings.truncate_left = is_left(entry_of(config, "truncation_side"), "left", "right")
                               .value_or(is_left(entry_of(truncation, "direction"), "Left", "Right").value_or(false));
  is_left(entry_of(config, "padding_side"), "left", "right");  // no text is padded here, but a wrong word is a mistake

  if (const Entry names = entry_of(config, "model_input_names"); names && settings.kind == TokenizerClass::file) {
    for (const json::Value& name : names->array()) settings.type_ids |= name.string() == "token_type_ids";
  }
  if (const Entry versions = entry_of(config, "fast_tokenizer_files")) {
    for (const json::Value& name : versions->array()) {
      if (name.string() != "tokenizer.json")
        name.fail(fmt::format("is {}; only tokenizer.json is read", printable(name.string())));
    }
  }
  read_max_length(config, settings);
  return settings;
}

}  // namespace mana::text
