#include "mana/text/protobuf.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "mana/base/errors.h"

namespace mana::text {

std::optional<ProtobufReader::Field> ProtobufReader::next() {
  if (bytes_.empty()) return std::nullopt;
  const std::uint64_t tag = varint();
  if (tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF) fail("a field has a number that is none");
  Field field{.number = static_cast<std::uint32_t>(tag >> 3)};
  switch (tag & 7) {
    case 0: field.integer = varint(); break;
    case 1: field.integer = fixed(8); break;
    case 2: {
      const std::uint64_t size = varint();
      if (size > bytes_.size()) fail("a field ends behind the end of what holds it");
      field.bytes = bytes_.substr(0, size);
      bytes_.remove_prefix(size);
      break;
    }
    case 5: field.integer = fixed(4); break;
    default: fail("a field is of a kind that is not known");
  }
  return field;
}

std::string_view ProtobufReader::bytes(const Field& field) const {
  if (!field.bytes) fail(fmt::format("field {} must be text or a message", field.number));
  return *field.bytes;
}

std::uint64_t ProtobufReader::integer(const Field& field) const {
  if (field.bytes) fail(fmt::format("field {} must be a number", field.number));
  return field.integer;
}

float ProtobufReader::number(const Field& field) const {
  return std::bit_cast<float>(static_cast<std::uint32_t>(integer(field)));
}

std::uint64_t ProtobufReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (bytes_.empty()) fail("a number is cut off");
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  fail("a number has too many bytes");
}

std::uint64_t ProtobufReader::fixed(std::size_t size) {
  if (bytes_.size() < size) fail("a number is cut off");
  std::uint64_t value = 0;
  std::memcpy(&value, bytes_.data(), size);
  bytes_.remove_prefix(size);
  return value;
}

void ProtobufReader::fail(std::string_view what) const {
  throw FormatError(fmt::format("{}: {}; it is damaged or no model of SentencePiece", place_, what));
}

}  // namespace mana::text
