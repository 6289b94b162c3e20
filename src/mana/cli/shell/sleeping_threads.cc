#include "mana/cli/shell/sleeping_threads.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>

namespace mana::cli {
namespace {

/// The letter of its state in /proc: R where it runs, S where it sleeps, D where it waits for a disk; 0 where there is
/// no such thread any more.
char state_of_thread(int tasks, const char* number) noexcept {
  const int folder = ::openat(tasks, number, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return '\0';
  const int file = ::openat(folder, "stat", O_RDONLY | O_CLOEXEC);
  ::close(folder);
  if (file < 0) return '\0';
  std::array<char, 256> bytes;
  const ssize_t count = ::read(file, bytes.data(), bytes.size());
  ::close(file);
  if (count <= 0) return '\0';
  const std::string_view line(bytes.data(), static_cast<std::size_t>(count));
  const std::size_t name_end = line.rfind(") ");  // "12 (its name) S …"
  return name_end != std::string_view::npos && name_end + 2 < line.size() ? line[name_end + 2] : '\0';
}

}  // namespace

bool other_threads_sleep() noexcept {
  DIR* const tasks = ::opendir("/proc/self/task");
  if (tasks == nullptr) return false;
  bool asleep = true, any = false;
  while (const dirent* const entry = ::readdir(tasks)) {
    if (entry->d_name[0] == '.' || std::atoi(entry->d_name) == ::gettid()) continue;
    const char state = state_of_thread(::dirfd(tasks), entry->d_name);
    if (state == '\0') continue;
    any = true;
    asleep = asleep && state == 'S';
  }
  ::closedir(tasks);
  return any && asleep;
}

}  // namespace mana::cli
