#include "mana/cli/shell/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "mana/base/errors.h"

namespace mana::cli {

void print(std::string_view text) { write_output(STDOUT_FILENO, text, "standard output"); }

void write_output(int descriptor, std::string_view bytes, const std::filesystem::path& name) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EPIPE) throw ClosedPipe();
    if (count < 0 && errno == EBADF && descriptor == STDOUT_FILENO) {
      throw IoError(fmt::format("cannot write {}: it is closed", name.string()));
    }
    if (count < 0) throw IoError(fmt::format("cannot write {}: {}", name.string(), std::strerror(errno)));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void note(std::string_view sentence) {
  const std::string line = fmt::format("{}\n", sentence);
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace mana::cli
