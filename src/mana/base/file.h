#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace mana {

/// What a symbolic link stands for, through all that follow; any other path as it is. Outputs are written there, and
/// the link stays.
std::filesystem::path link_target(const std::filesystem::path& path);

/// Whether something has this name. A link to nothing is not "no file": it throws IoError that names link and target,
/// for the name itself and for every folder on the way to it; so does a folder that may not be looked into.
bool file_exists(const std::filesystem::path& path);
/// Whether a folder has this name. Throws as file_exists() does.
bool folder_exists(const std::filesystem::path& path);

/// The whole of a regular file. Throws IoError when it cannot be read (a folder included), FormatError beyond `limit`.
std::string read_file(const std::filesystem::path& path, std::uint64_t limit = std::uint64_t{1} << 32);

/// A read-only file in the address space. Pages are read when they are touched.
class MappedFile {
 public:
  /// Throws IoError when the file cannot be opened or is not a regular file. An empty file maps to an empty span.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::filesystem::path& path() const { return path_; }

  /// Gives the physical pages that lie wholly inside `part` back to the system; they are read again if touched.
  void forget(std::span<const std::byte> part) const;

 private:
  std::filesystem::path path_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A file that appears under its name only when it is complete: written beside it, then synced and renamed by commit().
/// Without commit() nothing is left behind.
class AtomicFile {
 public:
  /// Throws IoError when the folder does not exist or cannot be written, or `path` is no regular file.
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Throws IoError (disk full, …).
  void write(std::string_view text);
  void write(std::span<const std::byte> bytes);
  /// Overwrites bytes that were written before (a header known only at the end).
  void overwrite(std::uint64_t offset, std::span<const std::byte> bytes);
  std::uint64_t size() const { return size_; }
  /// Nothing may be written after it.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

/// Writes all of `bytes` to an open descriptor, or throws IoError that names `path`.
void write_all(int descriptor, std::span<const std::byte> bytes, const std::filesystem::path& path);
/// The same at an offset from the beginning.
void overwrite_all(int descriptor, std::uint64_t offset, std::span<const std::byte> bytes,
                   const std::filesystem::path& path);
/// Throws IoError when a file cannot take this name, because a folder, device or pipe has it: renaming over /dev/null
/// would succeed for the administrator.
void require_replaceable(const std::filesystem::path& path);

}  // namespace mana
