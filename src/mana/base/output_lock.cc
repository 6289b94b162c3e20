#include "mana/base/output_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/named_file.h"

namespace mana {

OutputLock::OutputLock(const std::filesystem::path& output) : path_(link_target(output).string() + ".mana.lock") {
  do {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (descriptor_ < 0) throw IoError(fmt::format("cannot write {}: {}", output.string(), std::strerror(errno)));
    // A file system that knows no locks keeps nobody from writing.
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      ::close(descriptor_);
      throw IoError(
          fmt::format("another process is writing {}: wait until it is done, or give another name", output.string()));
    }
  } while (!has_name(descriptor_, path_));
}

OutputLock::~OutputLock() {
  struct stat status {};
  // What is not empty is not ours.
  if (::fstat(descriptor_, &status) == 0 && status.st_size == 0) ::unlink(path_.c_str());
  ::close(descriptor_);
}

}  // namespace mana
