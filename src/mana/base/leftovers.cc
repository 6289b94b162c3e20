#include "mana/base/leftovers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <vector>

#include "mana/base/exchange.h"

namespace mana {
namespace {

namespace fs = std::filesystem;

/// No other program names its files so, which is how ours are known.
constexpr std::string_view kUnfinished = ".mana.tmp";

/// "17.0.mana.tmp": a process, an attempt, and the ending.
bool is_unfinished(std::string_view behind_name) {
  if (!behind_name.ends_with(kUnfinished)) return false;
  behind_name.remove_suffix(kUnfinished.size());
  const std::size_t dot = behind_name.find('.');
  const auto is_number = [](std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  };
  return dot != std::string_view::npos && is_number(behind_name.substr(0, dot)) &&
         is_number(behind_name.substr(dot + 1));
}

/// Unless a process holds it, or that cannot be told.
void remove_unless_held(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return;
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
    std::error_code ignored;
    fs::remove_all(path, ignored);  // under the lock, so that whose name it is sees that it is gone
  }
  ::close(descriptor);
}

}  // namespace

fs::path unfinished_name(const fs::path& path, int attempt) {
  return fmt::format("{}.{}.{}{}", path.string(), ::getpid(), attempt, kUnfinished);
}

bool hold_unfinished(int descriptor) {
  // Where a file system knows no locks, nothing is ever removed either (remove_unless_held()).
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && status.st_nlink > 0;
}

void remove_leftovers(const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const std::string beginning = path.filename().string() + ".";
  std::error_code error;
  std::vector<fs::path> unfinished, aside;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(beginning)) continue;
    std::string_view behind = std::string_view(name).substr(beginning.size());
    if (is_unfinished(behind)) unfinished.push_back(entry->path());
    if (!behind.ends_with(kAside)) continue;
    behind.remove_suffix(std::string_view(kAside).size());
    if (is_unfinished(behind)) aside.push_back(entry->path());
  }
  std::ranges::sort(aside);
  for (const fs::path& each : aside) {
    if (!fs::exists(fs::symlink_status(path, error))) {
      fs::rename(each, path, error);
    } else {
      remove_unless_held(each);
    }
  }
  for (const fs::path& each : unfinished) remove_unless_held(each);
}

}  // namespace mana
