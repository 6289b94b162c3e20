#include "mana/base/partial_file.h"

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
namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw IoError(fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
}

}  // namespace

std::filesystem::path PartialFile::name_of(const std::filesystem::path& path) {
  return link_target(path).string() + ".partial";
}

PartialFile::PartialFile(std::filesystem::path path, std::uint64_t keep) : PartialFile() {
  path_ = std::move(path);
  open();
  restart(keep);
}

PartialFile PartialFile::behind_all(std::filesystem::path path) {
  PartialFile file;
  file.path_ = std::move(path);
  file.open();
  const off_t end = ::lseek(file.descriptor_, 0, SEEK_END);
  if (end < 0) fail(file.partial_);
  file.size_ = static_cast<std::uint64_t>(end);
  return file;
}

/// As it is, for nothing may be dropped but under the lock: another process may be writing it.
void PartialFile::open() {
  partial_ = name_of(path_);
  path_ = link_target(path_);
  require_replaceable(path_);
  require_replaceable(partial_);
  do {  // until what is locked still has the name: who held it may have given it that of the result meanwhile
    close();
    descriptor_ = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (descriptor_ < 0) fail(partial_);
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      close();
      throw IoError(
          fmt::format("another process is writing {}: wait until it is done, or give another name", partial_.string()));
    }
  } while (!has_name(descriptor_, partial_));
}

PartialFile::~PartialFile() { close(); }

PartialFile::PartialFile(PartialFile&& other) noexcept
    : path_(std::move(other.path_)),
      partial_(std::move(other.partial_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_) {}

PartialFile& PartialFile::operator=(PartialFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(partial_, other.partial_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  return *this;
}

void PartialFile::write(std::span<const std::byte> bytes) {
  write_all(descriptor_, bytes, partial_);
  size_ += bytes.size();
}

void PartialFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void PartialFile::overwrite(std::uint64_t offset, std::span<const std::byte> bytes) {
  overwrite_all(descriptor_, offset, bytes, partial_);
}

void PartialFile::restart(std::uint64_t keep) {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) fail(partial_);
  if (static_cast<std::uint64_t>(status.st_size) < keep) {
    throw IoError(fmt::format("{} has {} bytes, not the {} to go on from", partial_.string(), status.st_size, keep));
  }
  const auto end = static_cast<off_t>(keep);
  if (::ftruncate(descriptor_, end) != 0 || ::lseek(descriptor_, end, SEEK_SET) != end) fail(partial_);
  size_ = keep;
}

void PartialFile::sync() {
  if (::fsync(descriptor_) != 0) fail(partial_);
}

void PartialFile::commit() {
  sync();
  if (::rename(partial_.c_str(), path_.c_str()) != 0) fail(path_);
  close();
}

void PartialFile::discard() {
  if (::unlink(partial_.c_str()) != 0 && errno != ENOENT) fail(partial_);
  close();
}

void PartialFile::close() noexcept {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

}  // namespace mana
