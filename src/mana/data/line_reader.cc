#include "mana/data/line_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "mana/base/errors.h"

namespace mana::data {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 18;
constexpr int kPollMilliseconds = 50;

/// Returns when there is something to read: a read that blocks could not be stopped.
void wait_readable(int descriptor, const std::stop_token& stop) {
  if (!stop.stop_possible()) return;
  pollfd waiting{descriptor, POLLIN, 0};
  while (!stop.stop_requested() && ::poll(&waiting, 1, kPollMilliseconds) == 0) {
  }
  if (stop.stop_requested()) throw Cancelled("the reading of the input was cancelled");
}

}  // namespace

LineReader::LineReader(const std::filesystem::path& path, std::stop_token stop)
    : name_(path == "-" ? "standard input" : path.string()), stop_(std::move(stop)) {
  descriptor_ = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) throw IoError(fmt::format("cannot open {}: {}", name_, std::strerror(errno)));
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && S_ISDIR(status.st_mode)) {
    if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
    throw IoError(fmt::format("{} is a folder, not a file of texts", name_));
  }
}

LineReader::~LineReader() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

LineReader::LineReader(LineReader&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      stop_(std::move(other.stop_)),
      block_(std::move(other.block_)),
      position_(other.position_),
      number_(other.number_),
      ended_(other.ended_) {}

bool LineReader::fill() {
  if (ended_) return false;  // asked again, a terminal would wait for more
  block_.resize(kBlock);
  position_ = 0;
  ssize_t count = -1;
  do {
    wait_readable(descriptor_, stop_);
    count = ::read(descriptor_, block_.data(), block_.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) throw IoError(fmt::format("cannot read {}: {}", name_, std::strerror(errno)));
  block_.resize(static_cast<std::size_t>(count));
  ended_ = count == 0;
  return !ended_;
}

bool LineReader::next(std::string& line) {
  line.clear();
  bool found = false;  // something of the line, if only its end
  while (position_ < block_.size() || fill()) {
    found = true;
    const std::size_t end = block_.find('\n', position_);
    line.append(block_, position_, end == std::string::npos ? end : end - position_);
    position_ = end == std::string::npos ? block_.size() : end + 1;
    if (end == std::string::npos) continue;
    if (line.ends_with('\r')) line.pop_back();
    break;
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (number_ == 0 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
  if (found) ++number_;
  return found;
}

std::string LineReader::place() const { return fmt::format("{}:{}", name_, number_); }

}  // namespace mana::data
