#include "mana/text/sentencepiece_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_set>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/base/valid_utf8.h"
#include "mana/text/protobuf.h"
#include "mana/text/token_length.h"

namespace mana::text {
namespace {

using Field = ProtobufReader::Field;

template <class Read>
void for_each_field(std::string_view message, std::string_view place, Read&& read) {
  ProtobufReader reader(message, place);
  while (const std::optional<Field> field = reader.next()) read(reader, *field);
}

SentencePieceModel::Piece read_piece(std::string_view message, std::string_view place) {
  SentencePieceModel::Piece piece;
  for_each_field(message, place, [&](const ProtobufReader& reader, const Field& field) {
    if (field.number == 1) piece.text = reader.bytes(field);
    if (field.number == 2) piece.score = reader.number(field);
    if (field.number != 3) return;
    const std::uint64_t kind = reader.integer(field);
    if (kind < 1 || kind > 6) reader.fail(fmt::format("a piece is of the kind {}, which there is not", kind));
    piece.kind = static_cast<SentencePieceModel::Kind>(kind);
  });
  require_token_length(piece.text, place);
  return piece;
}

void read_trainer(std::string_view message, std::string_view place, SentencePieceModel& model) {
  for_each_field(message, place, [&](const ProtobufReader& reader, const Field& field) {
    switch (field.number) {
      case 3: {
        const std::uint64_t type = reader.integer(field);
        if (type < 1 || type > 4) reader.fail(fmt::format("the model is of the type {}, which there is not", type));
        model.type = static_cast<SentencePieceModel::Type>(type);
        break;
      }
      case 24: model.whitespace_as_suffix = reader.flag(field); break;
      case 35: model.byte_fallback = reader.flag(field); break;
      case 46:
        if (!reader.bytes(field).empty()) model.bos = reader.bytes(field);
        break;
      case 47:
        if (!reader.bytes(field).empty()) model.eos = reader.bytes(field);
        break;
      default: break;
    }
  });
}

void read_normalizer(std::string_view message, std::string_view place, SentencePieceModel& model) {
  for_each_field(message, place, [&](const ProtobufReader& reader, const Field& field) {
    switch (field.number) {
      case 2:
        if (reader.bytes(field).empty()) return;
        try {
          model.map = CharacterMap(reader.bytes(field));
        } catch (const FormatError& error) {
          reader.fail(fmt::format("it has {}", error.what()));
        }
        break;
      case 3: model.add_dummy_prefix = reader.flag(field); break;
      case 4: model.remove_extra_whitespaces = reader.flag(field); break;
      case 5: model.escape_whitespaces = reader.flag(field); break;
      default: break;
    }
  });
}

bool is_byte(std::string_view piece) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  return piece.size() == 6 && piece.starts_with("<0x") && is_digit(piece[3]) && is_digit(piece[4]) && piece[5] == '>';
}

void check(SentencePieceModel& model, const ProtobufReader& reader) {
  std::unordered_set<std::string_view> looked_for, reserved;
  std::size_t bytes = 0;
  bool has_unknown = false;
  for (std::size_t id = 0; id < model.pieces.size(); ++id) {
    const SentencePieceModel::Piece& piece = model.pieces[id];
    if (piece.text.empty()) reader.fail(fmt::format("piece {} is empty", id));
    if (!is_utf8(piece.text)) reader.fail(fmt::format("piece {} is not UTF-8", id));
    if (!std::isfinite(piece.score)) reader.fail(fmt::format("the score of piece {} is no number", id));
    if (!(piece.is_looked_for() ? looked_for : reserved).insert(piece.text).second) {
      reader.fail(fmt::format("the piece \"{}\" is there twice", printable(piece.text)));
    }
    if (piece.kind == SentencePieceModel::Kind::unknown) {
      if (has_unknown) reader.fail("two pieces are the unknown one");
      has_unknown = true;
      model.unknown = static_cast<TokenId>(id);
    }
    if (piece.kind != SentencePieceModel::Kind::byte) continue;
    if (!is_byte(piece.text)) reader.fail(fmt::format("the piece \"{}\" is no byte", printable(piece.text)));
    ++bytes;
  }
  if (!has_unknown) reader.fail("no piece is the unknown one");
  if (bytes != (model.byte_fallback ? 256 : 0)) {
    reader.fail(fmt::format("it has {} pieces for bytes where {} must be", bytes, model.byte_fallback ? 256 : 0));
  }
}

}  // namespace

SentencePieceModel read_sentencepiece_model(std::string_view bytes, std::string_view place) {
  SentencePieceModel model;
  for_each_field(bytes, place, [&](const ProtobufReader& reader, const Field& field) {
    if (field.number == 1) model.pieces.push_back(read_piece(reader.bytes(field), place));
    if (field.number == 2) read_trainer(reader.bytes(field), place, model);
    if (field.number == 3) read_normalizer(reader.bytes(field), place, model);
  });
  check(model, ProtobufReader({}, place));
  return model;
}

}  // namespace mana::text
