// The first byte says whether the sums of header and index are made right before the rest is read as a packed file: a
// fuzzer finds no sum by chance, and what is behind them shall be reached too.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/xxh64.h"
#include "mana/formats/packed_file.h"
#include "mana/formats/packed_format.h"

namespace {

using mana::formats::packed::Header;

void seal(std::span<std::byte> file) {
  if (file.size() < sizeof(Header)) return;
  Header header;
  std::memcpy(&header, file.data(), sizeof header);
  header.file_size = file.size();
  if (header.index_size > file.size() - sizeof(Header)) header.index_size %= file.size() - sizeof(Header) + 1;
  header.index_sum = mana::xxh64(file.subspan(sizeof(Header), header.index_size));
  header.header_sum = mana::xxh64(std::as_bytes(std::span(&header, 1)).first(offsetof(Header, header_sum)));
  std::memcpy(file.data(), &header, sizeof header);
}

}  // namespace

/// Whatever the bytes: either a FormatError, or sections that lie in them, aligned, none over another.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto input = std::as_bytes(std::span(data + 1, size - 1));
  std::vector<std::byte> file(input.begin(), input.end());
  if (data[0] % 2 == 1) seal(file);
  mana::formats::PackedContent content;
  try {
    content = mana::formats::parse_packed_file(file, "input");
  } catch (const mana::FormatError&) {
    return 0;
  }
  std::size_t covered = 0;
  for (const auto& [name, section] : content.sections) {
    const std::byte *begin = section.bytes.data(), *end = begin + section.bytes.size();
    if (begin < file.data() + sizeof(Header) || end > file.data() + file.size()) std::abort();
    if ((begin - file.data()) % 64 != 0) std::abort();
    covered += section.bytes.size();
    try {
      mana::formats::check_section(name, section, "input");
    } catch (const mana::FormatError&) {
    }
  }
  if (covered > file.size()) std::abort();
  return 0;
}
