#include "mana/formats/zip_archive.h"

#define ZLIB_CONST  // what zlib reads is const
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/base/valid_utf8.h"

namespace mana::formats {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t kLocalHeader = 0x04034B50, kCentralHeader = 0x02014B50, kEndOfDirectory = 0x06054B50,
                        kEndOfDirectory64 = 0x06064B50, kLocator64 = 0x07064B50;
constexpr std::size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kEnd64Size = 56, kLocatorSize = 20;
constexpr std::uint32_t kIn64Bits = 0xFFFFFFFF;  // the number stands in an extra field

class Archive {
 public:
  Archive(Bytes bytes, std::string_view place) : bytes_(bytes), place_(place) {}

  [[noreturn]] void fail(std::string_view what) const {
    throw FormatError(fmt::format("{}: a broken zip archive: {}; download the file again", place_, what));
  }

  // A number in little-endian at an offset that is known to lie inside.
  template <class Number>
  Number number(std::uint64_t at) const {
    Number value;
    std::memcpy(&value, part(at, sizeof value).data(), sizeof value);
    return value;
  }

  Bytes part(std::uint64_t at, std::uint64_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) fail("a part of it lies behind its end");
    return bytes_.subspan(at, size);
  }

  std::uint64_t size() const { return bytes_.size(); }
  std::string_view place() const { return place_; }

 private:
  Bytes bytes_;
  std::string_view place_;
};

struct Directory {
  std::uint64_t offset, size, count;
};

Directory find_directory(const Archive& archive) {
  if (archive.size() < kEndSize) archive.fail("it is too short");
  constexpr std::uint64_t kLongestComment = 0xFFFF;
  std::uint64_t at = archive.size() - kEndSize;
  const std::uint64_t first = at - std::min(at, kLongestComment);
  while (archive.number<std::uint32_t>(at) != kEndOfDirectory) {
    if (at == first) archive.fail("its end is missing");
    --at;
  }
  Directory directory{archive.number<std::uint32_t>(at + 16), archive.number<std::uint32_t>(at + 12),
                      archive.number<std::uint16_t>(at + 10)};
  if (at < kLocatorSize || archive.number<std::uint32_t>(at - kLocatorSize) != kLocator64) return directory;
  const auto end64 = archive.number<std::uint64_t>(at - kLocatorSize + 8);
  archive.part(end64, kEnd64Size);
  if (archive.number<std::uint32_t>(end64) != kEndOfDirectory64) archive.fail("its directory is not where it says");
  return {archive.number<std::uint64_t>(end64 + 48), archive.number<std::uint64_t>(end64 + 40),
          archive.number<std::uint64_t>(end64 + 32)};
}

struct Entry {
  std::string name;
  std::uint64_t size = 0, stored_size = 0, header = 0;
  std::uint32_t sum = 0;  // CRC-32
  std::uint16_t flags = 0, method = 0;
  std::uint64_t behind = 0;  // where the next one is described
};

// The numbers for which 32 bits are too few stand in an extra field, in this order, those that are needed.
void read_64_bits(const Archive& archive, std::uint64_t at, std::uint64_t end, Entry& entry) {
  while (at + 4 <= end) {
    const auto kind = archive.number<std::uint16_t>(at);
    const std::uint64_t next = at + 4 + archive.number<std::uint16_t>(at + 2);
    if (next > end) archive.fail("a field of it is too long");
    if (kind == 1) {
      std::uint64_t from = at + 4;
      for (std::uint64_t* number : {&entry.size, &entry.stored_size, &entry.header}) {
        if (*number != kIn64Bits) continue;
        if (from + 8 > next) archive.fail("a field of it is too short");
        *number = archive.number<std::uint64_t>(from);
        from += 8;
      }
    }
    at = next;
  }
}

Entry read_entry(const Archive& archive, std::uint64_t at) {
  archive.part(at, kCentralSize);
  if (archive.number<std::uint32_t>(at) != kCentralHeader) archive.fail("its directory is not where it says");
  const std::uint64_t name_size = archive.number<std::uint16_t>(at + 28);
  const std::uint64_t extra_size = archive.number<std::uint16_t>(at + 30);
  const std::uint64_t comment_size = archive.number<std::uint16_t>(at + 32);
  const Bytes name = archive.part(at + kCentralSize, name_size);
  Entry entry{.name = std::string(reinterpret_cast<const char*>(name.data()), name.size()),
              .size = archive.number<std::uint32_t>(at + 24),
              .stored_size = archive.number<std::uint32_t>(at + 20),
              .header = archive.number<std::uint32_t>(at + 42),
              .sum = archive.number<std::uint32_t>(at + 16),
              .flags = archive.number<std::uint16_t>(at + 8),
              .method = archive.number<std::uint16_t>(at + 10),
              .behind = at + kCentralSize + name_size + extra_size + comment_size};
  const std::uint64_t extra = at + kCentralSize + name_size;
  archive.part(extra, extra_size);
  read_64_bits(archive, extra, extra + extra_size, entry);
  return entry;
}

Bytes content_of(const Archive& archive, const Entry& entry) {
  constexpr std::uint16_t kEncrypted = 1;
  if (entry.method != 0 || (entry.flags & kEncrypted) != 0 || entry.size != entry.stored_size) {
    throw FormatError(fmt::format("{}: the file {} in it is compressed or encrypted, which PyTorch never does",
                                  archive.place(), printable(entry.name)));
  }
  archive.part(entry.header, kLocalSize);
  if (archive.number<std::uint32_t>(entry.header) != kLocalHeader) archive.fail("a file is not where it says");
  const std::uint64_t begin = entry.header + kLocalSize + archive.number<std::uint16_t>(entry.header + 26) +
                              archive.number<std::uint16_t>(entry.header + 28);
  return archive.part(begin, entry.size);
}

template <class Visit>
void for_each_entry(const Archive& archive, const Visit& visit) {
  const Directory directory = find_directory(archive);
  archive.part(directory.offset, directory.size);
  std::uint64_t at = directory.offset;
  for (std::uint64_t i = 0; i < directory.count; ++i) {
    Entry entry = read_entry(archive, at);
    at = entry.behind;
    visit(entry);
  }
}

}  // namespace

std::map<std::string, Bytes, std::less<>> read_zip(Bytes bytes, std::string_view place) {
  const Archive archive(bytes, place);
  std::map<std::string, Bytes, std::less<>> files;
  for_each_entry(archive, [&](Entry& entry) {
    if (!is_utf8(entry.name)) archive.fail("the name of a file is no UTF-8");
    const Bytes content = content_of(archive, entry);
    if (!files.emplace(std::move(entry.name), content).second) archive.fail("two files have the same name");
  });
  std::vector<Bytes> order;
  order.reserve(files.size());
  for (const auto& [name, content] : files) order.push_back(content);
  std::ranges::sort(order, std::less<>(), &Bytes::data);
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (order[i - 1].data() + order[i - 1].size() > order[i].data()) archive.fail("two files lie in one another");
  }
  return files;
}

std::vector<std::string> damaged_files(Bytes bytes, std::string_view place) {
  const Archive archive(bytes, place);
  std::vector<std::string> damaged;
  for_each_entry(archive, [&](const Entry& entry) {
    const Bytes content = content_of(archive, entry);
    const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
    if (sum != entry.sum) damaged.push_back(printable(entry.name));
  });
  return damaged;
}

}  // namespace mana::formats
