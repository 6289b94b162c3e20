#include "mana/base/exchange.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "mana/base/errors.h"

namespace mana {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, int code) {
  throw IoError(fmt::format("cannot write {}: {}", path.string(), std::strerror(code)));
}

/// A rename outlives a power cut only once its folder is on the disk.
void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;  // a file, or a folder that may be written but not read
  ::fsync(descriptor);         // some file systems cannot sync a folder: no reason to fail
  ::close(descriptor);
}

std::optional<fs::path> rename_over(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) return from;
  if (errno == ENOENT && ::rename(from.c_str(), to.c_str()) == 0) return std::nullopt;
  if (errno != EINVAL && errno != ENOSYS) fail(to, errno);
  fs::path aside = from.string() + kAside;
  const bool stepped_aside = ::rename(to.c_str(), aside.c_str()) == 0;
  if (!stepped_aside && errno != ENOENT) fail(to, errno);
  if (::rename(from.c_str(), to.c_str()) != 0) {
    const int code = errno;
    if (stepped_aside) ::rename(aside.c_str(), to.c_str());
    fail(to, code);
  }
  return stepped_aside ? std::optional(aside) : std::nullopt;
}

}  // namespace

std::optional<fs::path> exchange(const fs::path& from, const fs::path& to) {
  sync_folder(from);
  std::optional<fs::path> before = rename_over(from, to);
  sync_folder(to.parent_path());
  return before;
}

}  // namespace mana
