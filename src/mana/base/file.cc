#include "mana/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/leftovers.h"
#include "mana/base/mapping_guard.h"

namespace mana {
namespace {

/// An open file descriptor, closed at the end of its scope.
struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

/// A directory opens for reading without complaint, so the kind of file is checked before anything is read.
std::uint64_t regular_file_size(int descriptor, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) throw IoError(fmt::format("{}: {}", path.string(), std::strerror(errno)));
  if (S_ISDIR(status.st_mode)) throw IoError(fmt::format("{} is a folder, not a file", path.string()));
  if (!S_ISREG(status.st_mode)) throw IoError(fmt::format("{} is not a regular file", path.string()));
  return static_cast<std::uint64_t>(status.st_size);
}

/// Throws IoError when `path`, or a folder on the way to it, is a symbolic link that leads to nothing.
void refuse_broken_link(const std::filesystem::path& path) {
  struct stat status {};
  for (std::filesystem::path each = path; !each.empty(); each = each.parent_path()) {
    if (::lstat(each.c_str(), &status) == 0) {
      if (!S_ISLNK(status.st_mode) || ::stat(each.c_str(), &status) == 0) return;
      const int code = errno;
      std::error_code ignored;
      const std::filesystem::path target = std::filesystem::read_symlink(each, ignored);
      throw IoError(fmt::format("{} is a link to {}, {}", each.string(), target.string(),
                                code == ELOOP ? "which leads back to itself: make it anew"
                                              : "which is not there: fetch that file again, or remove the link"));
    }
    if (each == each.parent_path()) return;
  }
}

/// What has this name; nothing when there is no such name. Throws IoError for a link to nothing, and where it cannot be
/// told.
std::optional<mode_t> kind_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return status.st_mode;
  const int code = errno;
  if (code == ENOENT || code == ELOOP) refuse_broken_link(path);
  if (code == ENOENT || code == ENOTDIR || code == ENAMETOOLONG) return std::nullopt;
  throw IoError(fmt::format("cannot look for {}: {}", path.string(), std::strerror(code)));
}

[[noreturn]] void fail_to_write(const std::filesystem::path& path) {
  if (errno == EFAULT) {  // the bytes lie in a file that is mapped (mapping_guard.h), but are lost to the system itself
    throw IoError(
        fmt::format("cannot write {}: a file that it is made from became shorter meanwhile; start again when "
                    "that is whole",
                    path.string()));
  }
  throw IoError(fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
}

int open_to_read(const std::filesystem::path& path) {
  // Without O_NONBLOCK the open of a pipe would wait for its writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor >= 0) return descriptor;
  const int code = errno;
  if (code == ENOENT || code == ELOOP) refuse_broken_link(path);
  throw IoError(fmt::format("cannot open {}: {}", path.string(), std::strerror(code)));
}

}  // namespace

bool file_exists(const std::filesystem::path& path) { return kind_of(path).has_value(); }

bool folder_exists(const std::filesystem::path& path) {
  const auto kind = kind_of(path);
  return kind && S_ISDIR(*kind);
}

std::string read_file(const std::filesystem::path& path, std::uint64_t limit) {
  const Descriptor file{open_to_read(path)};
  const std::uint64_t size = regular_file_size(file.value, path);
  if (size > limit)
    throw FormatError(fmt::format("{}: {} bytes are more than the {} allowed", path.string(), size, limit));
  std::string text(size, '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::read(file.value, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw IoError(fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
    if (count == 0) break;  // the file became shorter while it was read
    done += static_cast<std::size_t>(count);
  }
  text.resize(done);
  return text;
}

MappedFile::MappedFile(const std::filesystem::path& path) : path_(path) {
  const Descriptor file{open_to_read(path)};
  size_ = regular_file_size(file.value, path);
  if (size_ == 0) return;
  void* data = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.value, 0);
  if (data == MAP_FAILED) throw IoError(fmt::format("cannot map {}: {}", path.string(), std::strerror(errno)));
  data_ = static_cast<const std::byte*>(data);
  try {
    guard_mapping(data_, size_, path_);
  } catch (...) {  // no memory for it
    ::munmap(data, size_);
    throw;
  }
}

MappedFile::~MappedFile() {
  if (data_ == nullptr) return;
  forget_mapping(data_);
  ::munmap(const_cast<std::byte*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)), data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

void MappedFile::forget(std::span<const std::byte> part) const {
  static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<std::uintptr_t>(part.data()) + page - 1) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(part.data()) + part.size()) / page * page;
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

std::filesystem::path link_target(const std::filesystem::path& path) {
  std::filesystem::path place = path;
  std::error_code error;
  for (int links = 0; links < 40 && std::filesystem::is_symlink(place, error); ++links) {
    place = place.parent_path() / std::filesystem::read_symlink(place, error);
    if (error) return path;
  }
  return place;
}

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  path_ = link_target(path_);
  require_replaceable(path_);
  // Not mkstemp: its file is private to the user, and the result must have the mode of any new file.
  remove_leftovers(path_);
  for (int attempt = 0; descriptor_ < 0; ++attempt) {
    temporary_ = unfinished_name(path_, attempt);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && errno != EEXIST) {
      throw IoError(fmt::format("cannot write {}: {}", path_.string(), std::strerror(errno)));
    }
    if (descriptor_ >= 0 && !hold_unfinished(descriptor_)) ::close(std::exchange(descriptor_, -1));
  }
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void AtomicFile::write(std::span<const std::byte> bytes) {
  write_all(descriptor_, bytes, path_);
  size_ += bytes.size();
}

void AtomicFile::overwrite(std::uint64_t offset, std::span<const std::byte> bytes) {
  overwrite_all(descriptor_, offset, bytes, path_);
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    throw IoError(fmt::format("cannot write {}: {}", path_.string(), std::strerror(errno)));
  }
  ::close(std::exchange(descriptor_, -1));
}

void write_all(int descriptor, std::span<const std::byte> bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_to_write(path);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void overwrite_all(int descriptor, std::uint64_t offset, std::span<const std::byte> bytes,
                   const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_to_write(path);
    offset += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void require_replaceable(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (std::filesystem::is_directory(status)) throw IoError(fmt::format("{} is a folder, not a file", path.string()));
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw IoError(fmt::format("{} is not a regular file, so it cannot be replaced", path.string()));
  }
}

}  // namespace mana
