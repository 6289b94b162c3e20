#include "mana/text/marian_class.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/foreign_file.h"
#include "mana/base/printable.h"
#include "mana/text/sentencepiece_files.h"
#include "mana/text/tokenizer_files.h"

namespace mana::text {
namespace {

SentencePieceModel read_pieces(const std::filesystem::path& file) {
  const std::string bytes = read_file(file);
  refuse_stand_in(bytes, file.string());
  return read_sentencepiece_model(bytes, file.string());
}

// Tokens by their ids, which are all those from 0 on.
Vocabulary read_list(const json::Value& list) {
  const auto tokens = list.object();
  std::vector<std::optional<std::string_view>> by_id(tokens.size());
  for (const auto& [token, entry] : tokens) {
    const std::int64_t id = entry.integer(0, kMaxTokenId);
    if (id >= static_cast<std::int64_t>(tokens.size())) {
      list.fail(fmt::format("\"{}\" has the id {}, but there are {} tokens, whose ids are to be 0 to {}",
                            printable(token), id, tokens.size(), tokens.size() - 1));
    }
    auto& place = by_id[static_cast<std::size_t>(id)];
    if (place) {
      list.fail(fmt::format("\"{}\" and \"{}\" have the same id {}", printable(*place), printable(token), id));
    }
    place = token;
  }
  Vocabulary vocabulary;
  vocabulary.reserve(tokens.size(), tokens.size() * 8);
  for (std::size_t id = 0; id < by_id.size(); ++id) vocabulary.insert(*by_id[id], static_cast<TokenId>(id));
  if (vocabulary.size() != tokens.size()) list.fail("a token stands there twice");
  return vocabulary;
}

PiecesDecoder decoder_of(const SentencePieceModel& model) {
  PiecesDecoder decoder{.bytes = model.byte_fallback};
  for (const auto& piece : model.pieces) {
    if (piece.kind == SentencePieceModel::Kind::control) decoder.controls.push_back(piece.text);
  }
  return decoder;
}

}  // namespace

Tokenizer::Pipeline marian_stages(const SentencePieceModel& model, const json::Value& list, std::string_view unknown,
                                  std::string_view place) {
  std::vector<AddedToken> none_beside_those_of_the_list;
  Tokenizer::Pipeline pipeline =
      sentencepiece_stages(model, SentencePieceFamily::plain, place, none_beside_those_of_the_list);
  pipeline.marian.emplace(read_list(list), model, unknown, place);
  pipeline.decoders.stages = {decoder_of(model)};
  return pipeline;
}

Tokenizer::Pipeline marian_stages(const TokenizerFolder& files, const TokenizerSettings& settings, MarianSide side) {
  const bool separate = files.flag("separate_vocabs", false);
  const bool source = side == MarianSide::source;
  const std::filesystem::path list = files.path / (separate && !source ? "target_vocab.json" : "vocab.json");
  const SentencePieceModel model = read_pieces(files.path / (source ? "source.spm" : "target.spm"));
  Tokenizer::Pipeline pipeline =
      marian_stages(model, json::Document::read(list).root(), settings.unknown, list.string());
  if (!separate && !source) pipeline.decoders.stages = {decoder_of(read_pieces(files.path / "source.spm"))};
  if (files.flag("clean_up_tokenization_spaces", false)) pipeline.decoders.stages.emplace_back(CleanUpDecoder{});
  return pipeline;
}

void set_marian_template(const TokenizerSettings& settings, Tokenizer::Pipeline& pipeline) {
  const auto id_of = [&](const std::string& token, std::string_view purpose) {
    if (const auto id = pipeline.vocabulary().id(token)) return *id;
    throw FormatError(fmt::format("{} lacks the token \"{}\", which {}", pipeline.place, printable(token), purpose));
  };
  const Template::Part end{Template::Source::special, {id_of(settings.end, "ends every text")}, 0};
  const Template::Part first{Template::Source::first, {}, 0}, second{Template::Source::second, {}, 0};
  pipeline.single.parts = {first, end};
  pipeline.pair.parts = {first, second, end};
  id_of(settings.pad, "a translation begins with");
}

}  // namespace mana::text
