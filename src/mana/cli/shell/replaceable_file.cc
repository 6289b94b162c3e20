#include "mana/cli/shell/replaceable_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <span>
#include <string>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/data/unpacked_bytes.h"

namespace mana::cli {

namespace {

/// Whether what the file holds, unpacked, is ours.
bool holds_ours(const std::filesystem::path& path, const IsOurs& ours) {
  constexpr std::size_t kBeginning = std::size_t{1} << 20;
  std::string beginning(kBeginning + 1, '\0');
  std::size_t read = 0;
  std::uintmax_t size = 0;
  try {
    data::UnpackedBytes file(path);
    while (read < beginning.size()) {
      const std::size_t count = file.read(std::span(beginning).subspan(read));
      if (count == 0) break;
      read += count;
    }
    size = file.compression().empty() ? std::filesystem::file_size(path) : read;
  } catch (const std::exception&) {
    return false;  // what cannot be read is somebody else's
  }
  return size == 0 || ours({std::string_view(beginning).substr(0, std::min(read, kBeginning)), size});
}

}  // namespace

void require_own_kind(const std::filesystem::path& output, std::string_view what, const IsOurs& ours, bool force) {
  std::error_code error;
  if (force || !std::filesystem::is_regular_file(output, error)) return;
  if (holds_ours(output, ours)) return;
  throw ArgumentError(fmt::format("{} is there and does not hold {}: give another name, or replace it with --force",
                                  output.string(), what));
}

}  // namespace mana::cli
