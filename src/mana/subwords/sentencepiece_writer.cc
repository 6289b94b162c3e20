#include "mana/subwords/sentencepiece_writer.h"

#include <fmt/format.h>

#include <bit>
#include <cstdint>

#include "mana/base/errors.h"

namespace mana::subwords {
namespace {

using Model = TrainedSentencePieces;

// One message of Protocol Buffers: fields with a number before each and the way in which it is written.
class Message {
 public:
  void integer(std::uint32_t field, std::int64_t value) {
    varint(field << 3);
    varint(static_cast<std::uint64_t>(value));
  }
  void number(std::uint32_t field, float value) {
    varint(field << 3 | 5);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (unsigned shift = 0; shift < 32; shift += 8) bytes_.push_back(static_cast<char>(bits >> shift & 0xFF));
  }
  void text(std::uint32_t field, std::string_view value) {
    varint(field << 3 | 2);
    varint(value.size());
    bytes_ += value;
  }
  std::string_view bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>((value & 0x7F) | 0x80));
    bytes_.push_back(static_cast<char>(value));
  }
  std::string bytes_;
};

// The numbers of fields are those of sentencepiece_model.proto.
std::string piece_message(const Model::Piece& piece) {
  Message message;
  message.text(1, piece.text);
  message.number(2, piece.score);
  if (piece.kind != Model::Kind::normal) message.integer(3, static_cast<int>(piece.kind));
  return std::string(message.bytes());
}

std::string trainer_message(const Model& model) {
  Message message;
  message.integer(3, static_cast<int>(model.type));
  message.integer(4, static_cast<std::int64_t>(model.pieces.size()));
  message.number(10, static_cast<float>(model.character_coverage));
  message.integer(20, static_cast<std::int64_t>(model.rules.max_length));
  message.integer(21, model.rules.split_by_unicode_script);
  message.integer(22, model.rules.split_by_whitespace);
  message.integer(23, model.rules.split_by_number);
  message.integer(24, model.form.whitespace_as_suffix);
  message.integer(25, model.rules.split_digits);
  message.integer(26, model.rules.whitespace_only_pieces);
  for (const Model::Piece& piece : model.pieces) {
    const bool named = piece.text == "<s>" || piece.text == "</s>" || piece.text == "<pad>";
    if (piece.kind == Model::Kind::control && !named) message.text(30, piece.text);
  }
  message.integer(35, model.byte_fallback);
  message.integer(40, model.id("<unk>"));
  message.integer(41, model.id("<s>"));
  message.integer(42, model.id("</s>"));
  message.integer(43, model.id("<pad>"));
  return std::string(message.bytes());
}

std::string normalizer_message(const Model& model) {
  Message message;
  message.text(1, name_of(model.form.normalization));
  message.text(2, model.character_map);
  message.integer(3, model.form.add_dummy_prefix);
  message.integer(4, model.form.remove_extra_whitespaces);
  message.integer(5, 1);  // spaces become U+2581
  return std::string(message.bytes());
}

std::string byte_piece(unsigned byte) { return fmt::format("<0x{:02X}>", byte); }

}  // namespace

int Model::id(std::string_view piece) const {
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].text == piece) return static_cast<int>(i);
  }
  return -1;
}

std::vector<std::string> special_texts(const std::vector<std::string>& special, bool byte_fallback) {
  std::vector<std::string> all = special;
  for (unsigned byte = 0; byte_fallback && byte < 256; ++byte) all.push_back(byte_piece(byte));
  return all;
}

std::vector<Model::Piece> with_special(const std::vector<std::string>& special, bool byte_fallback,
                                       std::vector<ScoredPiece> trained) {
  std::vector<Model::Piece> pieces;
  pieces.reserve(special.size() + 256 + trained.size());
  bool has_unknown = false;
  for (const std::string& token : special) {
    has_unknown = has_unknown || token == "<unk>";
    pieces.push_back({token, 0, token == "<unk>" ? Model::Kind::unknown : Model::Kind::control});
  }
  if (!has_unknown) throw ArgumentError("a model of SentencePiece must have <unk> among its special tokens; name it");
  for (unsigned byte = 0; byte_fallback && byte < 256; ++byte)
    pieces.push_back({byte_piece(byte), 0, Model::Kind::byte});
  for (ScoredPiece& piece : trained) pieces.push_back({std::move(piece.text), piece.score, Model::Kind::normal});
  return pieces;
}

std::string write_sentencepiece_model(const Model& model) {
  Message message;
  for (const Model::Piece& piece : model.pieces) message.text(1, piece_message(piece));
  message.text(2, trainer_message(model));
  message.text(3, normalizer_message(model));
  return std::string(message.bytes());
}

}  // namespace mana::subwords
