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

// A list of tokens by their ids, which are all from 0 on.
Vocabulary read_list(const std::filesystem::path& file) {
  const json::Document document = json::Document::read(file);
  const auto tokens = document.root().object();
  std::vector<std::string_view> by_id(tokens.size());
  std::vector<bool> taken(tokens.size());
  for (const auto& [token, entry] : tokens) {
    const std::int64_t id = entry.integer(0, kMaxTokenId);
    const auto index = static_cast<std::size_t>(id);
    if (index >= tokens.size()) {
      throw FormatError(fmt::format("{}: \"{}\" has the id {}, but there are {} tokens, whose ids are to be 0 to {}",
                                    file.string(), printable(token), id, tokens.size(), tokens.size() - 1));
    }
    if (taken[index]) {
      throw FormatError(fmt::format("{}: \"{}\" and \"{}\" have the same id {}", file.string(), printable(by_id[index]),
                                    printable(token), id));
    }
    taken[index] = true;
    by_id[index] = token;
  }
  Vocabulary vocabulary;
  vocabulary.reserve(tokens.size(), tokens.size() * 8);
  for (std::size_t id = 0; id < by_id.size(); ++id) vocabulary.insert(by_id[id], static_cast<TokenId>(id));
  if (vocabulary.size() != tokens.size()) {
    throw FormatError(fmt::format("{}: a token stands there twice", file.string()));
  }
  return vocabulary;
}

Decoders decoders_of(const SentencePieceModel& model, bool clean_up) {
  PiecesDecoder joined{.bytes = model.byte_fallback};
  for (const auto& piece : model.pieces) {
    if (piece.kind == SentencePieceModel::Kind::control) joined.controls.push_back(piece.text);
  }
  Decoders decoders;
  decoders.stages.emplace_back(std::move(joined));
  if (clean_up) decoders.stages.emplace_back(CleanUpDecoder{});
  return decoders;
}

}  // namespace

Tokenizer::Pipeline marian_stages(const TokenizerFolder& files, const TokenizerSettings& settings, MarianSide side) {
  const bool separate = files.flag("separate_vocabs", false);
  const bool source = side == MarianSide::source;
  const std::filesystem::path pieces = files.path / (source ? "source.spm" : "target.spm");
  const std::filesystem::path list = files.path / (separate && !source ? "target_vocab.json" : "vocab.json");
  const SentencePieceModel model = read_pieces(pieces);
  std::vector<AddedToken> no_tokens_of_its_own;
  Tokenizer::Pipeline pipeline =
      sentencepiece_stages(model, SentencePieceFamily::plain, pieces.string(), no_tokens_of_its_own);
  pipeline.marian.emplace(read_list(list), model, settings.unknown, list.string());
  pipeline.decoders = decoders_of(source || separate ? model : read_pieces(files.path / "source.spm"),
                                  files.flag("clean_up_tokenization_spaces", false));
  pipeline.place = list.string();
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
