#include "mana/cli/shell/sleeping_threads.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <span>
#include <string_view>

namespace mana::cli {
namespace {

/// The number that `text` begins with; -1 where it begins with none.
int leading_number(std::string_view text) noexcept {
  int number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// What /proc tells of a thread in a file, as much as `bytes` hold; empty where it tells nothing.
std::string_view read_file_of(int thread, const char* name, std::span<char> bytes) noexcept {
  const int file = ::openat(thread, name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const ssize_t count = ::read(file, bytes.data(), bytes.size());
  ::close(file);
  return {bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

/// Whether it sleeps until something comes from outside. A thread that has ended keeps nobody awake.
bool sleeps(int thread) noexcept {
  std::array<char, 256> bytes;
  const std::string_view state = read_file_of(thread, "stat", bytes);  // "12 (its name) S …"
  const std::size_t name_end = state.rfind(") ");
  if (name_end == std::string_view::npos || name_end + 2 >= state.size()) return true;
  if (state[name_end + 2] != 'S') return false;
  const std::string_view call = read_file_of(thread, "syscall", bytes);  // "74 0x3 …", where it is told
  const int number = leading_number(call);
  return number != SYS_fsync && number != SYS_fdatasync && number != SYS_close && number != SYS_renameat2;
}

}  // namespace

bool other_threads_sleep() noexcept {
  DIR* const tasks = ::opendir("/proc/self/task");
  if (tasks == nullptr) return false;
  bool asleep = true;
  while (const dirent* const entry = ::readdir(tasks)) {
    if (entry->d_name[0] == '.' || leading_number(entry->d_name) == ::gettid()) continue;
    const int thread = ::openat(::dirfd(tasks), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (thread < 0) continue;  // it has ended
    asleep = asleep && sleeps(thread);
    ::close(thread);
  }
  ::closedir(tasks);
  return asleep;
}

}  // namespace mana::cli
