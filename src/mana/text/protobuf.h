#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mana::text {

/// The fields of one message in the wire format of Protocol Buffers, in order. Nothing behind the end is touched,
/// whatever the bytes say; what cannot be is a FormatError that names `place`.
class ProtobufReader {
 public:
  ProtobufReader(std::string_view bytes, std::string_view place) : bytes_(bytes), place_(place) {}

  struct Field {
    std::uint32_t number = 0;
    std::uint64_t integer = 0;                   ///< of a varint or of fixed bits
    std::optional<std::string_view> bytes = {};  ///< of what has a size of its own
  };
  /// The next field, nothing behind the last.
  std::optional<Field> next();

  /// What a field holds, if it is of that kind. Throws FormatError otherwise.
  std::string_view bytes(const Field& field) const;
  float number(const Field& field) const;
  bool flag(const Field& field) const { return integer(field) != 0; }
  std::uint64_t integer(const Field& field) const;

  [[noreturn]] void fail(std::string_view what) const;

 private:
  std::uint64_t varint();
  std::uint64_t fixed(std::size_t size);

  std::string_view bytes_;
  std::string place_;
};

}  // namespace mana::text
