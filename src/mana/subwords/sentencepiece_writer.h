#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mana/subwords/piece_rules.h"
#include "mana/subwords/seed_pieces.h"
#include "mana/subwords/sentence_cutter.h"
#include "mana/text/sentencepiece_model.h"

namespace mana::subwords {

/// A trained model of SentencePiece, all that its files say.
struct TrainedSentencePieces {
  using Type = text::SentencePieceModel::Type;
  using Kind = text::SentencePieceModel::Kind;
  using Piece = text::SentencePieceModel::Piece;

  Type type = Type::unigram;
  std::vector<Piece> pieces = {};  ///< by id
  bool byte_fallback = false;
  SentenceForm form = {};
  std::string character_map = {};  ///< form.compiled()
  PieceRules rules = {};
  double character_coverage = 0.9995;

  /// The id of a piece, -1 where it is none.
  int id(std::string_view piece) const;
};

/// The pieces by id: the special tokens, of which <unk> is the unknown piece and every other one controls, 256 bytes
/// named <0x00> to <0xFF> if `byte_fallback`, and what was trained. Throws ArgumentError where <unk> is no special
/// token.
std::vector<TrainedSentencePieces::Piece> with_special(const std::vector<std::string>& special, bool byte_fallback,
                                                       std::vector<ScoredPiece> trained);
/// Those that are not trained, in a text: for SentenceCutting::special.
std::vector<std::string> special_texts(const std::vector<std::string>& special, bool byte_fallback);

/// The bytes of a `.model`: a ModelProto in the wire format of Protocol Buffers, which SentencePiece and
/// text::read_sentencepiece_model() read.
std::string write_sentencepiece_model(const TrainedSentencePieces& model);

/// The same as a `tokenizer.json` of the Rust `tokenizers`, stage for stage as transformers makes it of the `.model`.
/// BPE has a merge for every two pieces that make a piece, in the order of what they make.
std::string write_sentencepiece_json(const TrainedSentencePieces& model);

}  // namespace mana::subwords
