#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace mana {

/// The result of a long job: written under `<path>.partial`, which stays when the job is interrupted, so that the next
/// one can go on from it; commit() gives it its name. One process at a time may write it.
class PartialFile {
 public:
  /// Where the file stands until it is complete.
  static std::filesystem::path name_of(const std::filesystem::path& path);

  /// Goes on after the first `keep` bytes of an existing partial file; what follows them is dropped. 0 starts afresh.
  /// Throws IoError when it cannot be written, is shorter than `keep`, or another process is writing it.
  explicit PartialFile(std::filesystem::path path, std::uint64_t keep = 0);
  /// Goes on after all that there is. Throws as that does.
  static PartialFile behind_all(std::filesystem::path path);
  ~PartialFile();
  PartialFile(PartialFile&& other) noexcept;
  PartialFile& operator=(PartialFile&& other) noexcept;

  /// Throws IoError (disk full, …), as all that follow do.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// Overwrites bytes that were written before.
  void overwrite(std::uint64_t offset, std::span<const std::byte> bytes);
  /// Drops what follows the first `keep` bytes.
  void restart(std::uint64_t keep = 0);
  /// What was written survives a power failure from here on.
  void sync();
  /// Syncs and renames. Nothing may be written after it.
  void commit();
  /// Removes the partial file.
  void discard();

  std::uint64_t size() const { return size_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  PartialFile() = default;
  void open();
  void close() noexcept;

  std::filesystem::path path_;
  std::filesystem::path partial_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace mana
