#include "mana/cli/shell/output.h"

#include <fmt/format.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "mana/base/errors.h"
#include "mana/base/message_line.h"
#include "mana/base/printable.h"

namespace mana::cli {
namespace {

/// As a terminal shows it: texts and names of others steer nothing there, lines and tabs aside.
std::string shown(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\n\t"), text.size());
    safe += escaped(text.substr(0, end));
    safe += text.substr(end, 1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return safe;
}

void write_bytes(int descriptor, std::string_view bytes, const std::filesystem::path& name) {
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

}  // namespace

void print(std::string_view text) { write_output(STDOUT_FILENO, text, "standard output"); }

void write_output(int descriptor, std::string_view bytes, const std::filesystem::path& name) {
  if (::isatty(descriptor) == 0) return write_bytes(descriptor, bytes, name);
  write_bytes(descriptor, shown(bytes), name);
}

void note(std::string_view sentence) noexcept {
  const MessageLine line(sentence);
  write_message({line.text(), "\n"});
}

void write_message(std::initializer_list<std::string_view> parts) noexcept {
  std::array<iovec, 4> pieces{};
  std::size_t count = 0;
  for (const std::string_view part : parts) pieces[count++] = {const_cast<char*>(part.data()), part.size()};
  [[maybe_unused]] const ssize_t written = ::writev(STDERR_FILENO, pieces.data(), static_cast<int>(count));
}

void note_lines(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    note(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

}  // namespace mana::cli
