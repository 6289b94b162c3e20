// A tokenizer as one block of bytes: numbers that mark and version it, the small stages field by field, and the
// model's tables as they lie in memory.
#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <unordered_set>

#include "mana/base/errors.h"
#include "mana/text/bert_japanese_class.h"
#include "mana/text/compiled_version.h"
#include "mana/text/flat_bytes.h"
#include "mana/text/pipeline.h"

namespace mana::text {
namespace {

// Of a list of tokens behind the model, which few tokenizers have.
constexpr std::uint64_t kMarianMark = 0x6E616972616D;  // "marian"

// The fields of each stage, in order, for writing and for reading.
void fields(BertNormalizer& stage, auto& each) {
  each(stage.clean_text, stage.handle_chinese_chars, stage.strip_accents, stage.lowercase);
}
void fields(Lowercase&, auto&) {}
void fields(StripAccents&, auto&) {}
void fields(NormalForm& stage, auto& each) { each(stage.equivalence, stage.compose); }
void fields(Strip& stage, auto& each) { each(stage.left, stage.right); }
void fields(Replace& stage, auto& each) { each(stage.pattern, stage.content); }
void fields(CaseFolding&, auto&) {}
void fields(LastSigma&, auto&) {}
void fields(WordSpaces&, auto&) {}
void fields(Prepend& stage, auto& each) { each(stage.prefix); }
void fields(Nmt&, auto&) {}
void fields(SpaceRuns& stage, auto& each) { each(stage.content); }
void fields(ReplaceExpression& stage, auto& each) { each(stage.expression, stage.content); }
void fields(Precompiled& stage, auto& each) {
  CharacterMap map = stage.map();
  each(map);
  stage = Precompiled(std::move(map));
}
void fields(SentencePieceNormalizer& stage, auto& each) {
  SentencePieceNormalizer::Settings settings = stage.settings();
  each(settings.map, settings.symbols, settings.add_dummy_prefix, settings.remove_extra_whitespaces,
       settings.escape_whitespaces, settings.whitespace_as_suffix);
  stage = SentencePieceNormalizer(std::move(settings));
}
void fields(BertPreTokenizer&, auto&) {}
void fields(Whitespace&, auto&) {}
void fields(WhitespaceSplit&, auto&) {}
void fields(Punctuation& stage, auto& each) { each(stage.delimiter); }
void fields(Digits& stage, auto& each) { each(stage.individual); }
void fields(UnicodeWords&, auto&) {}
void fields(JoinedWords&, auto&) {}
void fields(UnicodeScripts&, auto&) {}
void fields(SplitExpression& stage, auto& each) { each(stage.expression, stage.delimiter, stage.invert); }
void fields(SpacePrefix&, auto&) {}
void fields(Gpt2Words&, auto&) {}
void fields(ClipWords&, auto&) {}
void fields(Metaspace& stage, auto& each) { each(stage.replacement, stage.prepend, stage.split); }
void fields(MecabWords& stage, auto& each) { each(stage.mecab); }
void fields(CodePoints&, auto&) {}
void fields(PythonWhitespaceSplit&, auto&) {}
void fields(LowercaseWords& stage, auto& each) { each(stage.except); }
void fields(CompatibleWords&, auto&) {}
void fields(MecabDictionary& dictionary, auto& each) { each(dictionary.name, dictionary.folder, dictionary.rc); }
void fields(AddedToken& token, auto& each) {
  each(token.content, token.single_word, token.lstrip, token.rstrip, token.normalized, token.special,
       token.joined_normalized, token.id);
}
void fields(Template::Part& part, auto& each) { each(part.source, part.ids, part.type_id); }
void fields(Template& form, auto& each) { each(form.parts); }
void fields(SpacedDecoder&, auto&) {}
void fields(WordPieceDecoder& decoder, auto& each) { each(decoder.prefix, decoder.cleanup); }
void fields(ByteLevelDecoder&, auto&) {}
void fields(SuffixDecoder& decoder, auto& each) { each(decoder.suffix); }
void fields(ByteFallbackDecoder&, auto&) {}
void fields(FuseDecoder&, auto&) {}
void fields(StripDecoder& decoder, auto& each) { each(decoder.content, decoder.left, decoder.right); }
void fields(MetaspaceDecoder& decoder, auto& each) { each(decoder.replacement, decoder.prepended); }
void fields(PiecesDecoder& decoder, auto& each) { each(decoder.controls, decoder.bytes); }
void fields(CleanUpDecoder&, auto&) {}
void fields(ReplaceDecoder& decoder, auto& each) { each(decoder.expression, decoder.content); }

// What is neither a stage nor a table.
struct Settings {
  bool split_special = false, truncate_left = false, type_ids = false, trim_offsets = false, prefix_space = false;
  std::vector<TokenId> special_ids = {};
  std::string max_length_fault = {};
  std::vector<std::string> notes = {};

  Settings() = default;
  explicit Settings(const Tokenizer::Pipeline& from)
      : split_special(from.added.split_special()),
        truncate_left(from.truncate_left),
        type_ids(from.type_ids),
        trim_offsets(from.trim_offsets),
        prefix_space(from.prefix_space),
        special_ids(from.special_ids),
        max_length_fault(from.max_length_fault),
        notes(from.notes) {
    std::erase(notes, dictionary_note(from.pre_tokenizers));  // it is that of the machine that reads
  }
  void give(Tokenizer::Pipeline& to) const {
    to.truncate_left = truncate_left;
    to.type_ids = type_ids;
    to.trim_offsets = trim_offsets;
    to.prefix_space = prefix_space;
    to.special_ids = special_ids;
    to.max_length_fault = max_length_fault;
    to.notes = notes;
  }
};
void fields(Settings& all, auto& each) {
  each(all.split_special, all.truncate_left, all.type_ids, all.trim_offsets, all.prefix_space, all.special_ids,
       all.max_length_fault, all.notes);
}

constexpr std::uint64_t last(Equivalence) { return static_cast<std::uint64_t>(Equivalence::compatibility); }
constexpr std::uint64_t last(Delimiter) { return static_cast<std::uint64_t>(Delimiter::contiguous); }
constexpr std::uint64_t last(Metaspace::Prepend) { return static_cast<std::uint64_t>(Metaspace::Prepend::never); }
constexpr std::uint64_t last(Template::Source) { return static_cast<std::uint64_t>(Template::Source::second); }

class StageWriter {
 public:
  explicit StageWriter(FlatWriter& bytes) : bytes_(bytes) {}

  void operator()(auto&... values) { (put(values), ...); }

 private:
  void put(bool value) { bytes_.number(value ? 1 : 0); }
  void put(std::size_t number) { bytes_.number(number); }
  void put(TokenId id) { bytes_.number(static_cast<std::uint64_t>(id)); }
  void put(RegularExpression& expression) {
    bytes_.number(expression.is_literal() ? 1 : 0);
    bytes_.array(std::span<const char>(expression.pattern()));
  }
  void put(CharacterMap& map) {
    bytes_.number(map.empty() ? 0 : 1);
    if (!map.empty()) map.compile(bytes_);
  }
  void put(Mecab& mecab) {
    MecabDictionary dictionary = mecab.dictionary();
    put(dictionary);
  }
  void put(std::string& text) { bytes_.array(std::span<const char>(text)); }
  template <class T>
  void put(std::vector<T>& list) {
    bytes_.number(list.size());
    for (T& each : list) put(each);
  }
  template <class... Kinds>
  void put(std::variant<Kinds...>& stage) {
    bytes_.number(stage.index());
    std::visit([&](auto& kind) { fields(kind, *this); }, stage);
  }
  template <class T>
  void put(T& value) {
    if constexpr (std::is_enum_v<T>) {
      bytes_.number(static_cast<std::uint64_t>(value));
    } else {
      fields(value, *this);
    }
  }

  FlatWriter& bytes_;
};

class StageReader {
 public:
  explicit StageReader(FlatReader& bytes) : bytes_(bytes) {}

  void operator()(auto&... values) { (get(values), ...); }

 private:
  void get(bool& value) { value = bytes_.number(1) != 0; }
  void get(std::size_t& number) { number = bytes_.number(); }
  void get(TokenId& id) { id = static_cast<TokenId>(bytes_.number(std::numeric_limits<TokenId>::max())); }
  void get(RegularExpression& expression) {
    const bool literal = bytes_.number(1) != 0;
    const std::string_view pattern = bytes_.text();
    if (pattern.empty()) bytes_.fail("a pattern is empty");
    try {
      expression = literal ? RegularExpression::literal(pattern) : RegularExpression(pattern);
    } catch (const ArgumentError& error) {
      bytes_.fail(fmt::format("a pattern {}", error.what()));
    }
  }
  void get(CharacterMap& map) {
    if (bytes_.number(1) != 0) map = CharacterMap(bytes_);
  }
  // By its name, for the dictionary is the machine's.
  void get(Mecab& mecab) {
    MecabDictionary dictionary;
    get(dictionary);
    if (!dictionary.name.empty() && !is_mecab_dictionary(dictionary.name))
      bytes_.fail("MeCab's dictionary is not known");
    mecab = Mecab(std::move(dictionary));
  }
  void get(std::string& text) { text = bytes_.text(); }
  template <class T>
  void get(std::vector<T>& list) {
    // Each takes a number at least, so a size that lies cannot take all memory.
    for (std::uint64_t left = bytes_.number(bytes_.rest() / sizeof(std::uint64_t)); left > 0; --left) {
      get(list.emplace_back());
    }
  }
  template <class... Kinds>
  void get(std::variant<Kinds...>& stage) {
    const std::uint64_t kind = bytes_.number(sizeof...(Kinds) - 1);
    std::uint64_t i = 0;
    ((i++ == kind ? fields(stage.template emplace<Kinds>(), *this) : void()), ...);
  }
  template <class T>
  void get(T& value) {
    if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(bytes_.number(last(T{})));
    } else {
      fields(value, *this);
    }
  }

  FlatReader& bytes_;
};

// Stages that files cannot ask for, since their readers refuse them.
void require_patterns(const Normalizers& normalizers, const FlatReader& bytes) {
  for (const Normalizer& stage : normalizers.stages) {
    const auto* replace = std::get_if<Replace>(&stage);
    if (replace && replace->pattern.empty()) bytes.fail("a pattern to replace is empty");
    const auto* whole = std::get_if<SentencePieceNormalizer>(&stage);
    if (whole && std::ranges::find(whole->settings().symbols, "") != whole->settings().symbols.end()) {
      bytes.fail("a symbol that the user defined is empty");
    }
  }
}

void require_patterns(const PreTokenizers& pre_tokenizers, const FlatReader& bytes) {
  for (const PreTokenizer& stage : pre_tokenizers.stages) {
    const auto* spaces = std::get_if<Metaspace>(&stage);
    if (spaces && spaces->replacement.empty()) bytes.fail("a mark in place of spaces is empty");
  }
}

void require_patterns(const Decoders& decoders, const FlatReader& bytes) {
  for (const Decoder& stage : decoders.stages) {
    const auto* suffix = std::get_if<SuffixDecoder>(&stage);
    const auto* strip = std::get_if<StripDecoder>(&stage);
    const auto* spaces = std::get_if<MetaspaceDecoder>(&stage);
    if ((suffix && suffix->suffix.empty()) || (strip && strip->content.empty()) ||
        (spaces && spaces->replacement.empty())) {
      bytes.fail("what a decoder takes away is empty");
    }
  }
}

// Of the kind whose number comes first.
template <class... Kinds>
Model read_model(FlatReader& bytes, const std::variant<Kinds...>*) {
  const std::uint64_t kind = bytes.number(sizeof...(Kinds) - 1);
  std::optional<Model> model;
  std::uint64_t i = 0;
  ((i++ == kind ? void(model.emplace(Kinds(bytes))) : void()), ...);
  return *std::move(model);
}

// Tables go by ids, so one that lies cannot take all memory; and no two tokens have the same.
void require_ids(const std::vector<AddedToken>& added, const Vocabulary& model, const FlatReader& bytes) {
  const TokenId limit = Vocabulary::id_limit(model.size() + added.size());
  std::unordered_set<TokenId> ids;
  for (const AddedToken& token : added) {
    if (token.content.empty() || token.id >= limit || !ids.insert(token.id).second) {
      bytes.fail("an added token is empty or has an id that it cannot have");
    }
  }
}

}  // namespace

std::vector<std::byte> Tokenizer::compiled() const {
  // Copies, for the fields are listed once for reading and writing. The model alone is large.
  Normalizers normalizers = pipeline_->normalizers;
  PreTokenizers pre_tokenizers = pipeline_->pre_tokenizers;
  std::vector<AddedToken> added = pipeline_->added.tokens();
  Template single = pipeline_->single;
  Template pair = pipeline_->pair;
  Decoders decoders = pipeline_->decoders;
  Settings settings{*pipeline_};

  FlatWriter bytes;
  bytes.number(kCompiledMark);
  bytes.number(kCompiledVersion);
  bytes.number(pipeline_->model_max_length.value_or(0));
  StageWriter each(bytes);
  each(normalizers.stages, pre_tokenizers.stages, added, single, pair, decoders.stages, settings);
  bytes.number(pipeline_->model.index());
  std::visit([&](const auto& model) { model.compile(bytes); }, pipeline_->model);
  if (pipeline_->marian) {
    bytes.number(kMarianMark);
    pipeline_->marian->compile(bytes);
  }
  return bytes.take();
}

Tokenizer Tokenizer::from_compiled(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                   std::string_view place) {
  FlatReader reader(bytes, place);
  if (reader.number() != kCompiledMark) reader.fail("these bytes are not a tokenizer");
  if (const std::uint64_t version = reader.number(); version != kCompiledVersion) {
    reader.fail(fmt::format("its version is {}, and this program reads {}", version, kCompiledVersion));
  }
  const std::uint64_t max_length = reader.number();
  Normalizers normalizers;
  PreTokenizers pre_tokenizers;
  std::vector<AddedToken> added;
  Template single, pair;
  Decoders decoders;
  Settings settings;
  StageReader each(reader);
  each(normalizers.stages, pre_tokenizers.stages, added, single, pair, decoders.stages, settings);
  require_patterns(normalizers, reader);
  require_patterns(pre_tokenizers, reader);
  require_patterns(decoders, reader);

  Pipeline pipeline{.normalizers = std::move(normalizers),
                    .pre_tokenizers = std::move(pre_tokenizers),
                    .model = read_model(reader, static_cast<const Model*>(nullptr)),
                    .single = std::move(single),
                    .pair = std::move(pair),
                    .decoders = std::move(decoders),
                    .owner = std::move(owner)};
  const bool more = reader.rest() != 0;
  const bool listed = more && reader.number() == kMarianMark;
  if (listed) pipeline.marian.emplace(reader, pipeline.pieces());
  if (reader.rest() != 0 || (more && !listed)) reader.fail("more follows behind its end");
  if (max_length != 0) pipeline.model_max_length = max_length;
  pipeline.place = place;
  settings.give(pipeline);
  note_dictionary(pipeline);
  require_ids(added, pipeline.vocabulary(), reader);
  pipeline.added =
      AddedTokens(std::move(added), pipeline.vocabulary(), pipeline.normalizers, settings.split_special, place);
  return Tokenizer(std::make_unique<const Pipeline>(std::move(pipeline)));
}

}  // namespace mana::text
