#include "mana/text/flat_bytes.h"

#include <fmt/format.h>

#include <algorithm>

#include "mana/base/errors.h"
#include "mana/base/valid_utf8.h"

namespace mana::text {

void FlatWriter::number(std::uint64_t value) { append(std::as_bytes(std::span(&value, 1))); }

void FlatWriter::append(std::span<const std::byte> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  constexpr std::size_t kMask = FlatReader::kAlignment - 1;
  bytes_.resize((bytes_.size() + kMask) & ~kMask);
}

FlatReader::FlatReader(std::span<const std::byte> bytes, std::string_view place) : bytes_(bytes), place_(place) {
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % kAlignment != 0) {
    throw ArgumentError(fmt::format("{} must begin at a multiple of {} bytes in memory", place_, kAlignment));
  }
}

std::uint64_t FlatReader::number(std::uint64_t most) {
  std::uint64_t value = 0;
  std::memcpy(&value, take(sizeof value), sizeof value);
  if (value > most) {
    fail(fmt::format("the number {} at byte {} is larger than {}", value, at_ - sizeof value, most));
  }
  return value;
}

std::string_view FlatReader::text() {
  const std::size_t begin = at_;
  const std::span<const char> bytes = array<char>();
  if (!is_utf8(std::string_view(bytes.data(), bytes.size())))
    fail(fmt::format("the text at byte {} is not UTF-8", begin));
  return {bytes.data(), bytes.size()};
}

const std::byte* FlatReader::take(std::size_t size) {
  if (size > rest()) fail(fmt::format("its {} bytes end too early", bytes_.size()));
  const std::byte* taken = bytes_.data() + at_;
  at_ += std::min(rest(), (size + kAlignment - 1) / kAlignment * kAlignment);
  return taken;
}

void FlatReader::fail(std::string_view what) const {
  throw FormatError(fmt::format("{}: {}; make the file anew", place_, what));
}

}  // namespace mana::text
