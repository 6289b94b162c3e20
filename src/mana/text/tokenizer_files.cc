#include "mana/text/tokenizer_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/foreign_file.h"
#include "mana/base/printable.h"
#include "mana/text/bert_japanese_class.h"
#include "mana/text/byte_level_classes.h"
#include "mana/text/marian_class.h"
#include "mana/text/marian_tokenizers.h"
#include "mana/text/overruled_stages.h"
#include "mana/text/piece_classes.h"
#include "mana/text/sentencepiece_files.h"
#include "mana/text/token_numbering.h"
#include "mana/text/tokenizer_settings.h"

namespace mana::text {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMarianMaxLength = 512;  // where no file says one

std::vector<RequestedToken> added_tokens(const json::Value& root) {
  std::vector<RequestedToken> tokens;
  const auto entry = root.find("added_tokens");
  if (!entry) return tokens;
  for (const json::Value& token : entry->array()) {
    RequestedToken request{read_added_token(token)};
    if (const auto id = token.find("id")) request.said = static_cast<TokenId>(id->integer(0, kMaxTokenId));
    tokens.push_back(std::move(request));
  }
  return tokens;
}

void lower_case_first(Normalizers& normalizers) {
  const auto lowers = [](const Normalizer& stage) { return std::holds_alternative<Lowercase>(stage); };
  if (std::ranges::any_of(normalizers.stages, lowers)) return;
  normalizers.stages.emplace_back(Lowercase{});
  std::ranges::rotate(normalizers.stages, normalizers.stages.end() - 1);
}

void set_added(Tokenizer::Pipeline& pipeline, TokenNumbering& numbering, bool split_special) {
  pipeline.added =
      AddedTokens(numbering.take(), pipeline.vocabulary(), pipeline.normalizers, split_special, pipeline.place);
}

/// The vocabulary of a class that brings its own stages.
Vocabulary vocabulary_of(const TokenizerFolder& files) {
  if (!files.stages) return read_vocabulary_file(files.path / "vocab.txt");
  const json::Value model = files.stages->root().at("model");
  const auto type = model.find("type");
  if (type && type->string() != "WordPiece" && type->string() != "WordLevel") {
    type->fail(fmt::format("is {}, but a tokenizer of BERT's kind is a WordPiece", printable(type->string())));
  }
  return read_vocabulary(model.at("vocab"));
}

/// The stages that BertTokenizer and MPNetTokenizer make of a vocabulary.
Tokenizer::Pipeline bert_stages(const TokenizerFolder& files, const TokenizerSettings& settings) {
  WordPiece::Options options;
  options.unknown_token = settings.unknown;
  const std::string place = (files.path / (files.stages ? "tokenizer.json" : "vocab.txt")).string();
  return {.normalizers = {{settings.normalizer}},
          .pre_tokenizers = {{BertPreTokenizer{}}},
          .model = WordPiece(vocabulary_of(files), options, place),
          .decoders = {{WordPieceDecoder{}}},
          .place = place};
}

void set_bert_template(const TokenizerSettings& settings, Tokenizer::Pipeline& pipeline) {
  const auto id_of = [&](const std::string& token) {
    if (const auto id = pipeline.id(token)) return *id;
    throw FormatError(
        fmt::format("{} lacks the token \"{}\", which begins or ends every text", pipeline.place, printable(token)));
  };
  const TokenId cls = id_of(settings.cls), separator = id_of(settings.separator);
  const bool mpnet = settings.kind == TokenizerClass::mpnet;
  pipeline.single = mpnet ? Template::roberta(false, cls, separator) : Template::bert(false, cls, separator);
  pipeline.pair = mpnet ? Template::roberta(true, cls, separator) : Template::bert(true, cls, separator);
}

void give_settings(const TokenizerSettings& settings, Tokenizer::Pipeline& pipeline) {
  for (const std::string& token : settings.special) {
    if (const auto id = pipeline.id(token)) pipeline.special_ids.push_back(*id);
  }
  std::ranges::sort(pipeline.special_ids);
  pipeline.truncate_left = settings.truncate_left;
  pipeline.type_ids = settings.type_ids;
  pipeline.model_max_length = settings.max_length;
  pipeline.max_length_fault = settings.max_length_fault;
}

/// The family that the files name, or that a file of this name is of.
SentencePieceFamily family_of(const TokenizerFolder& files, const fs::path& file) {
  for (const auto& document : {&files.config, &files.model}) {
    const auto name = *document ? (*document)->root().find("tokenizer_class") : std::nullopt;
    if (!name) continue;
    if (name->string().starts_with("T5")) return SentencePieceFamily::t5;
    if (name->string().starts_with("XLMRoberta")) return SentencePieceFamily::xlm_roberta;
  }
  if (const auto type = files.model ? files.model->root().find("model_type") : std::nullopt;
      type && type->is_string()) {
    if (type->string() == "t5" || type->string() == "mt5") return SentencePieceFamily::t5;
    if (type->string() == "xlm-roberta") return SentencePieceFamily::xlm_roberta;
  }
  return family_of_file(file);
}

/// A folder whose pieces are in a file of SentencePiece.
Tokenizer::Pipeline read_pieces(const TokenizerFolder& files, TokenizerSettings settings,
                                const TokenizerOptions& options) {
  const fs::path file = *sentencepiece_file(files.path);
  const std::string bytes = read_file(file);
  refuse_stand_in(bytes, file.string());
  const SentencePieceModel model = read_sentencepiece_model(bytes, file.string());
  const bool of_class = settings.kind != TokenizerClass::pieces;
  std::vector<AddedToken> added;
  Tokenizer::Pipeline pipeline = of_class ? piece_class_stages(model, settings.kind, files, file.string(), added)
                                          : sentencepiece_stages(model, family_of(files, file), file.string(), added);
  pipeline.notes = std::move(settings.notes);
  std::vector<RequestedToken> requests;
  for (AddedToken& token : added) {
    if (token.special) settings.special.push_back(token.content);
    requests.push_back({std::move(token)});
  }
  TokenNumbering numbering(pipeline.vocabulary(), options.vectors);
  numbering.add(requests, pipeline.notes);
  numbering.add(settings.added, pipeline.notes);
  if (options.lower_case) lower_case_first(pipeline.normalizers);
  set_added(pipeline, numbering, settings.split_special);
  if (of_class) set_piece_class_template(settings, pipeline);
  give_settings(settings, pipeline);
  return pipeline;
}

/// A folder of a translator, for one of its two languages.
Tokenizer::Pipeline read_side(const TokenizerFolder& files, TokenizerSettings settings, MarianSide side,
                              const TokenizerOptions& options) {
  find_in_original(settings);
  if (!settings.max_length && settings.max_length_fault.empty()) settings.max_length = kMarianMaxLength;
  Tokenizer::Pipeline pipeline = marian_stages(files, settings, side);
  pipeline.notes = std::move(settings.notes);
  TokenNumbering numbering(pipeline.vocabulary(), options.vectors);
  numbering.add(settings.added, pipeline.notes);
  if (options.lower_case) lower_case_first(pipeline.normalizers);
  set_added(pipeline, numbering, settings.split_special);
  set_marian_template(settings, pipeline);
  give_settings(settings, pipeline);
  return pipeline;
}

/// The same tokenizer twice: its tables are copied, which takes a tenth of the time of making them.
MarianTokenizers for_both_sides(Tokenizer tokenizer, const fs::path& folder) {
  const auto tables = std::make_shared<const std::vector<std::byte>>(tokenizer.compiled());
  return {std::move(tokenizer), Tokenizer::from_compiled(*tables, tables, folder.string())};
}

}  // namespace

MarianTokenizers read_marian_tokenizers(const fs::path& folder) {
  if (folder_exists(folder / "source")) return {Tokenizer::load(folder / "source"), Tokenizer::load(folder / "target")};
  const TokenizerFolder files(folder);
  if (!files.has_sides) return for_both_sides(Tokenizer::load(folder), folder);
  const TokenizerSettings settings = read_tokenizer_settings(files);
  if (settings.kind != TokenizerClass::marian) return for_both_sides(Tokenizer::load(folder), folder);
  const auto read = [&](MarianSide side) {
    return Tokenizer(std::make_unique<const Tokenizer::Pipeline>(read_side(files, settings, side, {})));
  };
  Tokenizer source = read(MarianSide::source);
  const bool one_list = !files.flag("separate_vocabs", false);
  if (one_list && file_exists(folder / "target.spm") &&
      read_file(folder / "source.spm") == read_file(folder / "target.spm")) {
    return for_both_sides(std::move(source), folder);
  }
  return {std::move(source), read(MarianSide::target)};
}

Tokenizer::Pipeline read_tokenizer_json(const json::Value& root, const TokenizerOptions& options) {
  Tokenizer::Pipeline pipeline = read_stages(root);
  pipeline.place = "tokenizer.json";
  if (options.lower_case) lower_case_first(pipeline.normalizers);
  if (const auto truncation = root.find("truncation")) {
    const auto direction = truncation->find("direction");
    pipeline.truncate_left = direction && direction->string() == "Left";
  }
  TokenNumbering numbering(pipeline.vocabulary(), options.vectors);
  numbering.add(added_tokens(root), pipeline.notes);
  set_added(pipeline, numbering, false);
  return pipeline;
}

Tokenizer::Pipeline read_pipeline(const fs::path& folder, const TokenizerOptions& options) {
  const bool has_stages = file_exists(folder / "tokenizer.json");
  const bool has_vocabulary = file_exists(folder / "vocab.txt") || sentencepiece_file(folder) ||
                              (file_exists(folder / "vocab.json") &&
                               (file_exists(folder / "merges.txt") || file_exists(folder / "source.spm")));
  if (!has_stages && (options.file_alone || !has_vocabulary)) {
    throw IoError(fmt::format("{} has {}; give the folder of a model", folder.string(),
                              options.file_alone
                                  ? "no tokenizer.json"
                                  : "neither tokenizer.json nor vocab.txt nor vocab.json and merges.txt nor a "
                                    ".model file of SentencePiece nor source.spm and vocab.json"));
  }
  if (options.file_alone) {
    return read_tokenizer_json(json::Document::read(folder / "tokenizer.json").root(), options);
  }

  const TokenizerFolder files(folder);
  TokenizerSettings settings = read_tokenizer_settings(files);
  if (is_of_pieces(settings.kind)) return read_pieces(files, std::move(settings), options);
  if (settings.kind == TokenizerClass::marian) return read_side(files, settings, MarianSide::source, options);
  const bool as_it_is = settings.kind == TokenizerClass::file;
  const bool byte_level = is_byte_level(settings.kind);
  const bool japanese = settings.kind == TokenizerClass::bert_japanese;
  if (japanese) find_in_original(settings);
  Tokenizer::Pipeline pipeline = as_it_is     ? read_stages(files.stages->root())
                                 : byte_level ? byte_level_stages(files, settings)
                                 : japanese   ? bert_japanese_stages(files, settings)
                                              : bert_stages(files, settings);
  if (pipeline.place.empty()) pipeline.place = (folder / "tokenizer.json").string();
  pipeline.notes = std::move(settings.notes);
  const bool like_bert = !as_it_is && !byte_level;
  const bool overrules = has_stages && like_bert && !japanese;  // a Japanese one does not even look at tokenizer.json
  if (overrules) note_overruled_stages(files.stages->root(), settings, pipeline.notes);

  TokenNumbering numbering(pipeline.vocabulary(), options.vectors);
  if (as_it_is) numbering.add(added_tokens(files.stages->root()), pipeline.notes);
  numbering.add(settings.added, pipeline.notes);
  // Its normalised tokens are looked for as all normalisers leave them.
  if (options.lower_case) lower_case_first(pipeline.normalizers);
  set_added(pipeline, numbering, settings.split_special);
  if (byte_level) set_byte_level_template(files, settings, pipeline);
  if (like_bert) {
    set_bert_template(settings, pipeline);
    if (overrules) {
      note_overruled_template(files.stages->root(), pipeline.single, options.vectors, pipeline.notes);
    }
  }

  if (japanese) require_said_ids(settings, pipeline);
  note_dictionary(pipeline);
  give_settings(settings, pipeline);
  return pipeline;
}

}  // namespace mana::text
