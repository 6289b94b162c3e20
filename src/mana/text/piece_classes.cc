#include "mana/text/piece_classes.h"

#include <fmt/format.h>

#include <span>

#include "mana/base/errors.h"
#include "mana/base/printable.h"

namespace mana::text {
namespace {

using Kind = SentencePieceModel::Kind;

// CamemBERT's pieces stand behind five of fairseq's, and a mask behind them.
std::vector<ScoredPiece> vocabulary_of(const SentencePieceModel& model, TokenizerClass kind, std::string_view place) {
  std::vector<ScoredPiece> all;
  std::span<const SentencePieceModel::Piece> pieces = model.pieces;
  const bool camembert = kind == TokenizerClass::camembert;
  if (camembert) {
    if (model.unknown != 0) {
      throw FormatError(fmt::format("{}: piece 0 is not the unknown one, as it is in a file of CamemBERT", place));
    }
    all = {{"<s>NOTUSED", 0}, {"<pad>", 0}, {"</s>NOTUSED", 0}, {"<unk>", 0}, {"<unk>NOTUSED", -100}};
    pieces = pieces.subspan(1);
  }
  all.reserve(all.size() + pieces.size() + 1);
  for (const auto& piece : pieces) all.push_back({piece.text, piece.score});
  if (camembert) all.push_back({"<mask>", 0});
  return all;
}

// Two sorts of quotes are one, and accents and case go where the settings say so.
Normalizers normalizers_of(const SentencePieceModel& model, TokenizerClass kind, const TokenizerFolder& files) {
  Normalizers all;
  if (kind != TokenizerClass::camembert) {
    const bool albert = kind == TokenizerClass::albert;
    all.stages = {Replace{"``", "\""}, Replace{"''", "\""}};
    if (!albert || !files.flag("keep_accents", false)) {
      all.stages.emplace_back(NormalForm{Equivalence::compatibility, false});
      all.stages.emplace_back(StripAccents{});
    }
    if (files.flag("do_lower_case", albert)) all.stages.emplace_back(Lowercase{});
  }
  if (!model.map.empty()) all.stages.emplace_back(Precompiled(model.map));
  return all;
}

}  // namespace

bool is_of_pieces(TokenizerClass kind) {
  return kind == TokenizerClass::pieces || kind == TokenizerClass::albert || kind == TokenizerClass::camembert ||
         kind == TokenizerClass::xlnet;
}

Tokenizer::Pipeline piece_class_stages(const SentencePieceModel& model, TokenizerClass kind,
                                       const TokenizerFolder& files, std::string_view place,
                                       std::vector<AddedToken>& added) {
  if (model.type != SentencePieceModel::Type::unigram) {
    throw FormatError(fmt::format("{}: the model is not a Unigram, as those of the class that is named are", place));
  }
  const TokenId unknown = kind == TokenizerClass::camembert ? 3 : model.unknown;
  const bool space_first = kind == TokenizerClass::xlnet || files.flag("add_prefix_space", true);
  const auto prepend = space_first ? Metaspace::Prepend::always : Metaspace::Prepend::never;
  for (const auto& piece : model.pieces) {
    const bool special = piece.kind == Kind::control || piece.kind == Kind::unknown;
    if (special || piece.kind == Kind::user_defined) {
      added.push_back({.content = piece.text, .normalized = false, .special = special});
    }
  }
  return {.normalizers = normalizers_of(model, kind, files),
          .pre_tokenizers = {{WhitespaceSplit{}, Metaspace{.prepend = prepend}}},
          .model = Unigram(parts_of(vocabulary_of(model, kind, place), unknown)),
          .decoders = {{MetaspaceDecoder{.prepended = space_first}}},
          .place = std::string(place)};
}

void set_piece_class_template(const TokenizerSettings& settings, Tokenizer::Pipeline& pipeline) {
  const auto id_of = [&](const std::string& token) {
    if (const auto id = pipeline.id(token)) return *id;
    throw FormatError(
        fmt::format("{} lacks the token \"{}\", which begins or ends every text", pipeline.place, printable(token)));
  };
  if (settings.kind == TokenizerClass::camembert) {
    const TokenId first = id_of(settings.begin), last = id_of(settings.end);
    pipeline.single = Template::roberta(false, first, last);
    pipeline.pair = Template::roberta(true, first, last);
    return;
  }
  const TokenId cls = id_of(settings.cls), separator = id_of(settings.separator);
  if (settings.kind == TokenizerClass::albert) {
    pipeline.single = Template::bert(false, cls, separator);
    pipeline.pair = Template::bert(true, cls, separator);
    return;
  }
  using Source = Template::Source;
  const Template::Part first{Source::first, {}, 0}, behind_first{Source::special, {separator}, 0};
  const Template::Part second{Source::second, {}, 1}, behind_second{Source::special, {separator}, 1};
  const Template::Part end{Source::special, {cls}, 2};
  pipeline.single.parts = {first, behind_first, end};
  pipeline.pair.parts = {first, behind_first, second, behind_second, end};
}

}  // namespace mana::text
