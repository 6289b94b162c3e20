#include <fmt/format.h>

#include <set>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/base/xxh64.h"
#include "mana/formats/packed_file.h"
#include "mana/formats/packed_format.h"

namespace mana::formats {
namespace {

using packed::Entry;
using packed::Header;

std::uint64_t aligned(std::uint64_t size) {
  return (size + packed::kAlignment - 1) / packed::kAlignment * packed::kAlignment;
}

template <class Record>
std::span<const std::byte> bytes_of(const Record& record) {
  return std::as_bytes(std::span(&record, 1));
}

void check_names(std::span<const SectionToWrite> sections) {
  std::set<std::string_view> names;
  for (const SectionToWrite& section : sections) {
    if (section.name.empty() || section.name.size() > packed::kMaxName) {
      throw ArgumentError(
          fmt::format("a section's name has {} bytes; 1 to {} are allowed", section.name.size(), packed::kMaxName));
    }
    if (!names.insert(section.name).second) {
      throw ArgumentError(fmt::format("there are two sections {}", printable(section.name)));
    }
  }
}

}  // namespace

void write_packed_file(const std::filesystem::path& path, std::span<const SectionToWrite> sections,
                       const PackedOrigin& origin) {
  check_names(sections);
  Header header;
  header.version = kPackedVersion;
  header.sections = static_cast<std::uint32_t>(sections.size());
  header.sample = origin.sample;
  header.content = origin.content;
  for (const SectionToWrite& section : sections) header.index_size += sizeof(Entry) + section.name.size();

  std::vector<std::byte> index;
  index.reserve(header.index_size);
  header.file_size = sizeof(Header) + header.index_size;
  for (const SectionToWrite& section : sections) {
    const Entry entry = {aligned(header.file_size), section.bytes.size(), xxh64(section.bytes), section.name.size()};
    const auto fixed = bytes_of(entry), name = std::as_bytes(std::span(section.name));
    index.insert(index.end(), fixed.begin(), fixed.end());
    index.insert(index.end(), name.begin(), name.end());
    header.file_size = entry.offset + entry.size;
  }
  header.index_sum = xxh64(index);
  header.header_sum = xxh64(bytes_of(header).first(offsetof(Header, header_sum)));

  static constexpr std::byte kZeros[packed::kAlignment] = {};
  AtomicFile file(path);
  file.write(bytes_of(header));
  file.write(index);
  for (const SectionToWrite& section : sections) {
    file.write(std::span(kZeros).first(aligned(file.size()) - file.size()));
    file.write(section.bytes);
  }
  file.commit();
}

}  // namespace mana::formats
