#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <limits>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/text/tokenizer_files.h"

namespace mana::text {
namespace {

[[noreturn]] void refuse(const json::Value& entry, std::string_view kind) {
  entry.fail(fmt::format("asks for \"{}\", which is not supported; use a tokenizer with supported stages only",
                         printable(kind)));
}

// {"Regex": …}
RegularExpression read_expression(const json::Value& entry) {
  try {
    return RegularExpression(entry.string());
  } catch (const ArgumentError& error) {
    entry.fail(error.what());
  }
}

// {"String": …}
std::string read_plain(const json::Value& entry) {
  if (entry.string().empty()) entry.fail("must not be empty");
  return std::string(entry.string());
}

Normalizer read_replace(const json::Value& entry) {
  const json::Value pattern = entry.at("pattern");
  std::string content(entry.at("content").string());
  if (const auto plain = pattern.find("String")) return Replace{read_plain(*plain), std::move(content)};
  const json::Value expression = pattern.at("Regex");
  if (expression.string() == LastSigma::kPattern && content == LastSigma::kContent) return LastSigma{};
  if (expression.string() == WordSpaces::kPattern && content == " ") return WordSpaces{};
  if (expression.string() == SpaceRuns::kPattern) return SpaceRuns{std::move(content)};
  return ReplaceExpression{read_expression(expression), std::move(content)};
}

void add_normalizers(const json::Value& entry, std::vector<Normalizer>& stages) {
  const std::string_view type = entry.at("type").string();
  if (type == "Sequence") {
    for (const json::Value& stage : entry.at("normalizers").array()) add_normalizers(stage, stages);
  } else if (type == "BertNormalizer") {
    stages.emplace_back(read_bert_normalizer(entry));
  } else if (type == "Lowercase") {
    stages.emplace_back(Lowercase{});
  } else if (type == "StripAccents") {
    stages.emplace_back(StripAccents{});
  } else if (type == "NFC" || type == "NFD") {
    stages.emplace_back(NormalForm{Equivalence::canonical, type == "NFC"});
  } else if (type == "NFKC" || type == "NFKD") {
    stages.emplace_back(NormalForm{Equivalence::compatibility, type == "NFKC"});
  } else if (type == "Strip") {
    stages.emplace_back(Strip{entry.at("strip_left").boolean(), entry.at("strip_right").boolean()});
  } else if (type == "Replace") {
    stages.push_back(read_replace(entry));
  } else if (type == "Prepend") {
    stages.emplace_back(Prepend{std::string(entry.at("prepend").string())});
  } else if (type == "Nmt") {
    stages.emplace_back(Nmt{});
  } else if (type == "Precompiled") {
    stages.emplace_back(read_precompiled(entry));
  } else {
    refuse(entry, type);
  }
}

/// The stages that case folding is written as become one again, which is as quick as one.
void gather_case_folding(std::vector<Normalizer>& stages) {
  const std::vector<Replace> parts = CaseFolding::replacements();
  for (std::size_t at = 0; at + parts.size() < stages.size(); ++at) {
    if (!std::holds_alternative<Lowercase>(stages[at])) continue;
    const auto begin = stages.begin() + static_cast<std::ptrdiff_t>(at) + 1;
    const auto end = begin + static_cast<std::ptrdiff_t>(parts.size());
    const bool same = std::equal(begin, end, parts.begin(), [](const Normalizer& stage, const Replace& part) {
      const auto* const replace = std::get_if<Replace>(&stage);
      return replace != nullptr && *replace == part;
    });
    if (!same) continue;
    stages[at] = CaseFolding{};
    stages.erase(begin, end);
  }
}

Delimiter read_delimiter(const json::Value& entry) {
  constexpr std::pair<std::string_view, Delimiter> kNames[] = {{"Removed", Delimiter::removed},
                                                               {"Isolated", Delimiter::isolated},
                                                               {"MergedWithPrevious", Delimiter::merged_with_previous},
                                                               {"MergedWithNext", Delimiter::merged_with_next},
                                                               {"Contiguous", Delimiter::contiguous}};
  const auto* found = std::ranges::find(kNames, entry.string(), &std::pair<std::string_view, Delimiter>::first);
  if (found == std::end(kNames)) refuse(entry, entry.string());
  return found->second;
}

PreTokenizer read_split(const json::Value& entry) {
  const json::Value pattern = entry.at("pattern");
  const Delimiter delimiter = read_delimiter(entry.at("behavior"));
  const bool invert = entry.at("invert").boolean();
  if (const auto plain = pattern.find("String")) {
    return SplitExpression{RegularExpression::literal(read_plain(*plain)), delimiter, invert};
  }
  const json::Value expression = pattern.at("Regex");
  if (delimiter == Delimiter::removed && invert) {  // patterns that stages of their own are quicker at
    if (expression.string() == UnicodeWords::kPattern) return UnicodeWords{};
    if (expression.string() == JoinedWords::kPattern) return JoinedWords{};
    if (expression.string() == ClipWords::kPattern) return ClipWords{};
  }
  return SplitExpression{read_expression(expression), delimiter, invert};
}

void add_pre_tokenizers(const json::Value& entry, std::vector<PreTokenizer>& stages) {
  const std::string_view type = entry.at("type").string();
  if (type == "Sequence") {
    for (const json::Value& stage : entry.at("pretokenizers").array()) add_pre_tokenizers(stage, stages);
  } else if (type == "BertPreTokenizer") {
    stages.emplace_back(BertPreTokenizer{});
  } else if (type == "Whitespace") {
    stages.emplace_back(Whitespace{});
  } else if (type == "WhitespaceSplit") {
    stages.emplace_back(WhitespaceSplit{});
  } else if (type == "Punctuation") {
    const auto behavior = entry.find("behavior");
    stages.emplace_back(Punctuation{behavior ? read_delimiter(*behavior) : Delimiter::isolated});
  } else if (type == "Digits") {
    stages.emplace_back(Digits{entry.at("individual_digits").boolean()});
  } else if (type == "UnicodeScripts") {
    stages.emplace_back(UnicodeScripts{});
  } else if (type == "Split") {
    stages.push_back(read_split(entry));
  } else if (type == "CharDelimiterSplit") {
    const json::Value character = entry.at("delimiter");
    const std::string delimiter = read_plain(character);
    if (delimiter.size() != code_point_size(delimiter.front())) character.fail("must be one character");
    stages.emplace_back(SplitExpression{RegularExpression::literal(delimiter), Delimiter::removed, false});
  } else if (type == "ByteLevel") {
    if (entry.at("add_prefix_space").boolean()) stages.emplace_back(SpacePrefix{});
    const auto splits = entry.find("use_regex");
    if (!splits || splits->boolean()) stages.emplace_back(Gpt2Words{});
  } else if (type == "Metaspace") {
    stages.emplace_back(read_metaspace(entry));
  } else {
    refuse(entry, type);
  }
}

TokenId token_id(const json::Value& entry) { return static_cast<TokenId>(entry.integer(0, kMaxTokenId)); }

Template read_template(const json::Value& parts, const json::Value& special_tokens) {
  Template form;
  for (const json::Value& part : parts.array()) {
    if (const auto text = part.find("Sequence")) {
      const std::string_view id = text->at("id").string();
      if (id != "A" && id != "B") text->at("id").fail("must be A or B");
      const auto source = id == "A" ? Template::Source::first : Template::Source::second;
      form.parts.push_back({source, {}, token_id(text->at("type_id"))});
    } else {
      const json::Value special = part.at("SpecialToken");
      std::vector<TokenId> ids;
      for (const json::Value& id : special_tokens.at(special.at("id").string()).at("ids").array())
        ids.push_back(token_id(id));
      form.parts.push_back({Template::Source::special, std::move(ids), token_id(special.at("type_id"))});
    }
  }
  return form;
}

// ["[SEP]", 102]
TokenId read_named_id(const json::Value& entry) {
  const auto pair = entry.array();
  if (pair.size() != 2) entry.fail("must be a token and its id");
  return token_id(pair[1]);
}

}  // namespace

Vocabulary read_vocabulary(const json::Value& tokens) {
  simdjson::dom::object members;
  if (tokens.raw().get(members) != simdjson::SUCCESS) tokens.fail("must be an object");
  Vocabulary vocabulary;
  vocabulary.reserve(members.size(), members.size() * 8);
  const std::int64_t limit = Vocabulary::id_limit(members.size());
  for (const auto [token, element] : members) {
    std::int64_t id = -1;
    if (element.get(id) != simdjson::SUCCESS || id < 0 || id >= limit) {
      tokens.fail(fmt::format("gives \"{}\" an id that is not an integer from 0 to {}", printable(token), limit - 1));
    }
    vocabulary.insert(token, static_cast<TokenId>(id));
  }
  return vocabulary;
}

BertNormalizer read_bert_normalizer(const json::Value& entry) {
  BertNormalizer bert;
  bert.clean_text = entry.at("clean_text").boolean();
  bert.handle_chinese_chars = entry.at("handle_chinese_chars").boolean();
  bert.lowercase = entry.at("lowercase").boolean();
  const auto strip_accents = entry.find("strip_accents");
  bert.strip_accents = strip_accents ? strip_accents->boolean() : bert.lowercase;
  return bert;
}

Normalizers read_normalizers(const std::optional<json::Value>& entry) {
  Normalizers normalizers;
  if (entry) add_normalizers(*entry, normalizers.stages);
  gather_case_folding(normalizers.stages);
  return normalizers;
}

PreTokenizers read_pre_tokenizers(const std::optional<json::Value>& entry) {
  PreTokenizers pre_tokenizers;
  if (entry) add_pre_tokenizers(*entry, pre_tokenizers.stages);
  return pre_tokenizers;
}

namespace {

// One post-processor, or one of several; false when it only trims offsets.
bool read_one_post_processor(const json::Value& entry, Tokenizer::Pipeline& pipeline) {
  const std::string_view type = entry.at("type").string();
  const bool roberta = type == "RobertaProcessing";
  if (roberta || type == "ByteLevel") {
    if (entry.at("trim_offsets").boolean()) {
      pipeline.trim_offsets = true;
      pipeline.prefix_space = entry.at("add_prefix_space").boolean();
    }
    if (!roberta) return false;
  }
  if (type == "TemplateProcessing") {
    pipeline.single = read_template(entry.at("single"), entry.at("special_tokens"));
    pipeline.pair = read_template(entry.at("pair"), entry.at("special_tokens"));
  } else if (roberta || type == "BertProcessing") {
    const TokenId cls = read_named_id(entry.at("cls"));
    const TokenId sep = read_named_id(entry.at("sep"));
    pipeline.single = roberta ? Template::roberta(false, cls, sep) : Template::bert(false, cls, sep);
    pipeline.pair = roberta ? Template::roberta(true, cls, sep) : Template::bert(true, cls, sep);
  } else {
    refuse(entry, type);
  }
  return true;
}

}  // namespace

void read_post_processor(const std::optional<json::Value>& entry, Tokenizer::Pipeline& pipeline) {
  pipeline.single = Template::plain(false);
  pipeline.pair = Template::plain(true);
  if (!entry) return;
  if (entry->at("type").string() != "Sequence") {
    read_one_post_processor(*entry, pipeline);
    return;
  }
  bool has_template = false;
  for (const json::Value& processor : entry->at("processors").array()) {
    if (!read_one_post_processor(processor, pipeline)) continue;
    if (has_template) processor.fail("is the second that puts tokens around a text; only one is supported");
    has_template = true;
  }
}

Template read_single_template(const std::optional<json::Value>& entry) {
  Tokenizer::Pipeline pipeline{.model = WordLevel()};
  read_post_processor(entry, pipeline);
  return pipeline.single;
}

namespace {

std::size_t count(const json::Value& entry) { return static_cast<std::size_t>(entry.integer(0, kMaxTokenId)); }

void add_decoders(const json::Value& entry, std::vector<Decoder>& stages) {
  const std::string_view type = entry.at("type").string();
  if (type == "Sequence") {
    for (const json::Value& stage : entry.at("decoders").array()) add_decoders(stage, stages);
  } else if (type == "WordPiece") {
    stages.emplace_back(WordPieceDecoder{std::string(entry.at("prefix").string()), entry.at("cleanup").boolean()});
  } else if (type == "ByteLevel") {
    stages.emplace_back(ByteLevelDecoder{});
  } else if (type == "BPEDecoder") {
    stages.emplace_back(SuffixDecoder{read_plain(entry.at("suffix"))});
  } else if (type == "ByteFallback") {
    stages.emplace_back(ByteFallbackDecoder{});
  } else if (type == "Fuse") {
    stages.emplace_back(FuseDecoder{});
  } else if (type == "Strip") {
    stages.emplace_back(
        StripDecoder{read_plain(entry.at("content")), count(entry.at("start")), count(entry.at("stop"))});
  } else if (type == "Replace") {
    const json::Value pattern = entry.at("pattern");
    const auto plain = pattern.find("String");
    stages.emplace_back(
        ReplaceDecoder{plain ? RegularExpression::literal(read_plain(*plain)) : read_expression(pattern.at("Regex")),
                       std::string(entry.at("content").string())});
  } else if (type == "Metaspace") {
    stages.emplace_back(read_metaspace_decoder(entry));
  } else {
    refuse(entry, type);
  }
}

}  // namespace

Decoders read_decoders(const std::optional<json::Value>& entry) {
  if (!entry) return {{SpacedDecoder{}}};
  Decoders decoders;
  add_decoders(*entry, decoders.stages);
  return decoders;
}

bool is_byte_level(const std::optional<json::Value>& pre_tokenizer) {
  if (!pre_tokenizer) return false;
  const std::string_view type = pre_tokenizer->at("type").string();
  if (type != "Sequence") return type == "ByteLevel";
  bool found = false;
  for (const json::Value& stage : pre_tokenizer->at("pretokenizers").array()) {
    if (found) stage.fail("follows ByteLevel, which is supported as the last stage only");
    found = is_byte_level(stage);
  }
  return found;
}

Model read_model(const json::Value& entry, bool byte_level) {
  // Files written before models had a type are known by their entries.
  const auto type_entry = entry.find("type");
  std::string_view type = entry.find("merges")                      ? "BPE"
                          : entry.find("continuing_subword_prefix") ? "WordPiece"
                          : entry.find("unk_id")                    ? "Unigram"
                                                                    : "";
  if (type_entry) type = type_entry->string();
  if (type.empty()) entry.fail("has no type and is no model of BPE, WordPiece or Unigram");
  if (type == "BPE") return read_byte_pair_encoding(entry, byte_level);
  if (type != "WordLevel" && type != "WordPiece" && type != "Unigram") refuse(entry, type);
  if (byte_level) entry.fail(fmt::format("is a {} behind ByteLevel, which is supported with BPE only", type));
  if (type == "Unigram") return read_unigram(entry);

  const json::Value tokens = entry.at("vocab");
  Vocabulary vocabulary = read_vocabulary(tokens);
  if (type == "WordLevel") return WordLevel(std::move(vocabulary), entry.at("unk_token").string(), tokens.place());
  WordPiece::Options options;
  options.unknown_token = entry.at("unk_token").string();
  options.continuing_prefix = entry.at("continuing_subword_prefix").string();
  options.max_code_points_per_word = static_cast<std::size_t>(
      entry.at("max_input_chars_per_word").integer(0, std::numeric_limits<std::int64_t>::max()));
  return WordPiece(std::move(vocabulary), options, tokens.place());
}

AddedToken read_added_token(const json::Value& entry) {
  return {.content = std::string(entry.at("content").string()),
          .single_word = entry.at("single_word").boolean(),
          .lstrip = entry.at("lstrip").boolean(),
          .rstrip = entry.at("rstrip").boolean(),
          .normalized = entry.at("normalized").boolean(),
          .special = entry.at("special").boolean()};
}

Tokenizer::Pipeline read_stages(const json::Value& root) {
  if (const auto version = root.find("version"); version && version->string() != "1.0")
    refuse(*version, version->string());
  Tokenizer::Pipeline pipeline{.normalizers = read_normalizers(root.find("normalizer")),
                               .pre_tokenizers = read_pre_tokenizers(root.find("pre_tokenizer")),
                               .model = read_model(root.at("model"), is_byte_level(root.find("pre_tokenizer"))),
                               .decoders = read_decoders(root.find("decoder"))};
  read_post_processor(root.find("post_processor"), pipeline);
  return pipeline;
}

}  // namespace mana::text
