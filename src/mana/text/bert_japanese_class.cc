#include "mana/text/bert_japanese_class.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/text/tokenizer_files.h"

namespace mana::text {
namespace {

enum class Subwords { word_piece, characters, none };

// The entries of tokenizer_config.json, with the defaults of the class.
class JapaneseSettings {
 public:
  explicit JapaneseSettings(const std::optional<json::Document>& config) {
    if (config) config_ = config->root();
  }

  bool flag(std::string_view key, bool otherwise) const {
    const auto entry = find(key);
    return entry ? entry->boolean() : otherwise;
  }

  bool uses_mecab() const {
    const auto entry = find("word_tokenizer_type");
    if (!entry || entry->string() == "basic") return false;
    if (entry->string() != "mecab") refuse(*entry, "mecab and basic are");
    return true;
  }

  Subwords subwords() const {
    if (!flag("do_subword_tokenize", true)) return Subwords::none;
    const auto entry = find("subword_tokenizer_type");
    if (!entry || entry->string() == "wordpiece") return Subwords::word_piece;
    if (entry->string() != "character") refuse(*entry, "wordpiece and character are");
    return Subwords::characters;
  }

  std::vector<std::string> never_split() const {
    std::vector<std::string> words;
    const auto entry = find("never_split");
    if (!entry) return words;
    for (const json::Value& word : entry->array()) words.emplace_back(word.string());
    if (!words.empty() && !uses_mecab()) entry->fail("is not empty, which is supported with mecab only");
    return words;
  }

  // Sets whether texts are normalised before they are given to MeCab.
  MecabDictionary dictionary(bool& normalizes) const {
    MecabDictionary dictionary{.name = "unidic_lite"};
    normalizes = true;
    const auto options = find("mecab_kwargs");
    if (!options) return dictionary;
    for (const auto& [key, value] : options->object()) {
      if (key == "normalize_text") {
        normalizes = value.boolean();
      } else if (key == "mecab_dic") {
        dictionary.name = value.is_null() ? "" : value.string();
        if (!value.is_null() && !is_mecab_dictionary(value.string())) {
          refuse(value, "ipadic, unidic_lite and unidic are, and null for the one that mecabrc names");
        }
      } else if (key == "mecab_option") {
        if (!value.is_null()) read_options(value, dictionary);
      } else {
        value.fail("is no option of MeCab's in this class");
      }
    }
    return dictionary;
  }

 private:
  std::optional<json::Value> find(std::string_view key) const { return config_ ? config_->find(key) : std::nullopt; }

  [[noreturn]] static void refuse(const json::Value& entry, std::string_view others) {
    entry.fail(fmt::format("is \"{}\", which is not supported; {}", printable(entry.string()), others));
  }

  static void read_options(const json::Value& entry, MecabDictionary& dictionary) {
    try {
      dictionary.add_options(entry.string());
    } catch (const ArgumentError& error) {
      entry.fail(error.what());
    }
  }

  std::optional<json::Value> config_;
};

void add_mecab_words(const JapaneseSettings& japanese, bool lowers, const TokenizerSettings& settings,
                     Tokenizer::Pipeline& pipeline) {
  bool normalizes = true;
  std::vector<PreTokenizer>& words = pipeline.pre_tokenizers.stages;
  words.emplace_back(MecabWords{Mecab(japanese.dictionary(normalizes))});
  if (normalizes) {
    pipeline.normalizers.stages = {
        Replace{std::string(CompatibleWords::kSquareReiwa), std::string(CompatibleWords::kReiwa)},
        NormalForm{Equivalence::compatibility, true}};
  }
  if (lowers) {
    std::vector<std::string> except = japanese.never_split();
    except.insert(except.end(), settings.special.begin(), settings.special.end());
    words.emplace_back(LowercaseWords{std::move(except)});
  }
  if (japanese.subwords() == Subwords::characters && (lowers || !normalizes)) words.emplace_back(CompatibleWords{});
}

void add_basic_words(const JapaneseSettings& japanese, bool lowers, const TokenizerSettings& settings,
                     Tokenizer::Pipeline& pipeline) {
  japanese.never_split();
  if (settings.split_special) {
    throw FormatError(
        fmt::format("{}: split_special_tokens is true, which is supported with mecab only", pipeline.place));
  }
  std::vector<PreTokenizer>& words = pipeline.pre_tokenizers.stages;
  pipeline.normalizers.stages = {
      BertNormalizer{.handle_chinese_chars = false, .strip_accents = lowers, .lowercase = false}};
  if (lowers) {
    words.emplace_back(LowercaseWords{});
  } else {
    pipeline.normalizers.stages.emplace_back(NormalForm{Equivalence::canonical, true});
  }
  words.emplace_back(BertPreTokenizer{});
  if (japanese.subwords() == Subwords::characters) words.emplace_back(CompatibleWords{});
}

Model japanese_model(Subwords kind, Vocabulary vocabulary, const std::string& unknown, const std::string& place) {
  if (kind != Subwords::word_piece) return WordLevel(std::move(vocabulary), unknown, place);
  WordPiece::Options options;
  options.unknown_token = unknown;
  return WordPiece(std::move(vocabulary), options, place);
}

}  // namespace

Tokenizer::Pipeline bert_japanese_stages(const TokenizerFolder& files, const TokenizerSettings& settings) {
  const JapaneseSettings japanese(files.config);
  const std::filesystem::path file = files.path / "vocab.txt";
  const Subwords subwords = japanese.subwords();
  Tokenizer::Pipeline pipeline{
      .model = japanese_model(subwords, read_vocabulary_file(file), settings.unknown, file.string()),
      .decoders = {{WordPieceDecoder{"##", japanese.flag("clean_up_tokenization_spaces", false)}}},
      .place = file.string()};

  const bool lowers = japanese.flag("do_lower_case", false);
  const bool splits = japanese.flag("do_word_tokenize", true);
  if (splits && japanese.uses_mecab()) add_mecab_words(japanese, lowers, settings, pipeline);
  if (splits && !japanese.uses_mecab()) add_basic_words(japanese, lowers, settings, pipeline);
  std::vector<PreTokenizer>& words = pipeline.pre_tokenizers.stages;
  if (!splits && subwords == Subwords::characters) words.emplace_back(CompatibleWords{});
  if (subwords == Subwords::word_piece) words.emplace_back(PythonWhitespaceSplit{});
  if (subwords == Subwords::characters) words.emplace_back(CodePoints{});
  return pipeline;
}

void find_in_original(TokenizerSettings& settings) {
  for (RequestedToken& request : settings.added) request.token.normalized = false;
}

void require_said_ids(const TokenizerSettings& settings, const Tokenizer::Pipeline& pipeline) {
  for (const RequestedToken& request : settings.added) {
    if (!request.said || pipeline.id(request.token.content) == request.said) continue;
    throw FormatError(
        fmt::format("{}: the added token \"{}\" is to have the id {}, which does not follow the vocabulary; "
                    "give added tokens the ids behind it, in order",
                    pipeline.place, printable(request.token.content), *request.said));
  }
}

std::string dictionary_note(const PreTokenizers& pre_tokenizers) {
  for (const PreTokenizer& stage : pre_tokenizers.stages) {
    if (const auto* words = std::get_if<MecabWords>(&stage)) {
      return fmt::format("MeCab cuts words by {}, a dictionary of this machine: another version gives other vectors",
                         words->mecab.folder());
    }
  }
  return {};
}

void note_dictionary(Tokenizer::Pipeline& pipeline) {
  if (std::string note = dictionary_note(pipeline.pre_tokenizers); !note.empty()) {
    pipeline.notes.push_back(std::move(note));
  }
}

}  // namespace mana::text
