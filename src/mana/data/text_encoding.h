#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mana::data {

enum class TextEncoding : std::uint8_t { utf8, utf16_little, utf16_big, utf32_little, utf32_big };

/// What a text's first bytes say about its encoding.
struct ByteOrderMark {
  TextEncoding encoding = TextEncoding::utf8;
  std::size_t size = 0;  ///< bytes of the mark; 0: there is none
};
ByteOrderMark byte_order_mark(std::string_view beginning);

/// "UTF-8", "UTF-16", "UTF-32"
std::string_view name_of(TextEncoding encoding);

/// Makes UTF-8 of a text that comes in pieces, which may end within a character. UTF-8 passes through, broken or not;
/// what is broken in another encoding stays broken: it becomes the byte FF.
class Utf8Decoder {
 public:
  explicit Utf8Decoder(TextEncoding encoding = TextEncoding::utf8) : encoding_(encoding) {}

  /// Appends to `text` what is complete.
  void append(std::string_view bytes, std::string& text);
  /// Nothing follows: appends the byte FF for a character that breaks off.
  void finish(std::string& text);

  TextEncoding encoding() const { return encoding_; }

 private:
  void put_unit(std::uint32_t unit, std::string& text);

  TextEncoding encoding_;
  std::uint32_t unit_ = 0;  // its bytes so far
  unsigned unit_bytes_ = 0;
  std::uint32_t high_ = 0;  // the first half of a surrogate pair; 0: none
};

}  // namespace mana::data
