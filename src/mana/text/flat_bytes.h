#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace mana::text {

/// Numbers and arrays one behind the other in a block of bytes, each at a multiple of eight. A number takes eight
/// bytes, an array its size as a number, its elements as they lie in memory, and zeros up to the next multiple.
class FlatWriter {
 public:
  void number(std::uint64_t value);
  template <class T>
  void array(std::span<const T> elements) {
    static_assert(std::has_unique_object_representations_v<T>, "padding within elements would be written");
    number(elements.size());
    append(std::as_bytes(elements));
  }

  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  void append(std::span<const std::byte> bytes);

  std::vector<std::byte> bytes_;
};

/// Reads what FlatWriter wrote, arrays as views. Nothing behind the end is touched, whatever the bytes say; what cannot
/// be is a FormatError that names `place`.
class FlatReader {
 public:
  /// Throws ArgumentError when the bytes do not begin at a multiple of eight.
  FlatReader(std::span<const std::byte> bytes, std::string_view place);

  /// A number that is not larger than `most`.
  std::uint64_t number(std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
  template <class T>
  std::span<const T> array() {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= kAlignment);
    const std::uint64_t size = number(rest() / sizeof(T));
    return {reinterpret_cast<const T*>(take(size * sizeof(T))), size};
  }
  /// Text in UTF-8.
  std::string_view text();

  std::size_t rest() const { return bytes_.size() - at_; }
  const std::string& place() const { return place_; }
  /// Throws FormatError: the place, and that `what` of it is wrong.
  [[noreturn]] void fail(std::string_view what) const;

  static constexpr std::size_t kAlignment = 8;
  static_assert(std::endian::native == std::endian::little, "numbers are in the order of memory");

 private:
  const std::byte* take(std::size_t size);

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  std::string place_;
};

}  // namespace mana::text
