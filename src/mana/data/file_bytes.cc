#include "mana/data/file_bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "mana/base/errors.h"

namespace mana::data {
namespace {

constexpr int kPollMilliseconds = 50;
/// The time that a writer has who is not ahead of us; what takes longer is a pause.
constexpr int kPauseMilliseconds = 1;

/// Returns when there is something to read: a read that blocks could neither be stopped nor leave time for work.
void wait_readable(int descriptor, const Waiting& waiting) {
  const std::stop_token& stop = waiting.stop();
  pollfd input{descriptor, POLLIN, 0};
  if (waiting.has_work() && ::poll(&input, 1, kPauseMilliseconds) == 0) waiting.work();
  if (!stop.stop_possible()) return;
  while (!stop.stop_requested() && ::poll(&input, 1, kPollMilliseconds) == 0) {
  }
  if (stop.stop_requested()) throw Cancelled("the reading of the input was cancelled");
}

}  // namespace

FileBytes::FileBytes(const std::filesystem::path& path, Waiting waiting)
    : name_(path == "-" ? "standard input" : path.string()), waiting_(std::move(waiting)) {
  descriptor_ = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) throw IoError(fmt::format("cannot open {}: {}", name_, std::strerror(errno)));
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && S_ISDIR(status.st_mode)) {
    if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
    throw IoError(fmt::format("{} is a folder, not a file of texts", name_));
  }
}

FileBytes::~FileBytes() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

FileBytes::FileBytes(FileBytes&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      waiting_(std::move(other.waiting_)),
      ended_(other.ended_) {}

std::size_t FileBytes::read(std::span<char> block) {
  if (ended_) return 0;  // asked again, a terminal would wait for more
  ssize_t count = -1;
  do {
    wait_readable(descriptor_, waiting_);
    count = ::read(descriptor_, block.data(), block.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) throw IoError(fmt::format("cannot read {}: {}", name_, std::strerror(errno)));
  ended_ = count == 0;
  return static_cast<std::size_t>(count);
}

}  // namespace mana::data
