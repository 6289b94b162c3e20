#include "mana/cli/shell/replaceable_file.h"

#include <fmt/format.h>

#include <fstream>
#include <string>
#include <system_error>

#include "mana/base/errors.h"

namespace mana::cli {

void require_own_kind(const std::filesystem::path& output, std::string_view what, const IsOurs& ours, bool force) {
  constexpr std::size_t kBeginning = std::size_t{1} << 20;
  std::error_code error;
  if (force || !std::filesystem::is_regular_file(output, error)) return;
  const std::uintmax_t size = std::filesystem::file_size(output, error);
  std::ifstream file(output, std::ios::binary);
  std::string beginning(kBeginning, '\0');
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  beginning.resize(static_cast<std::size_t>(file.gcount()));
  if (!error && (size == 0 || ours({beginning, size}))) return;
  throw ArgumentError(fmt::format("{} is there and does not hold {}: give another name, or replace it with --force",
                                  output.string(), what));
}

}  // namespace mana::cli
