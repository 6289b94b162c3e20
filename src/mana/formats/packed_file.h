#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "mana/base/file.h"

/// Our own form: one file of named sections, each at a multiple of 64 bytes, to be mapped and used where it lies.
/// What the sections mean is their reader's affair (models/sentence/packed_model.h).
namespace mana::formats {

/// Files of another version are recognised, not read. It changes with the form of the file, with what
/// kernels::MatrixWeights and text::Tokenizer::compiled() put into it, and with the names of the parts.
inline constexpr std::uint32_t kPackedVersion = 1;

/// Which ordinary files a packed file was made of: sums that its writer took of them.
struct PackedOrigin {
  std::uint64_t sample = 0;   ///< quick to take, to notice other files at every start
  std::uint64_t content = 0;  ///< of everything

  bool operator==(const PackedOrigin&) const = default;
};

struct PackedSection {
  std::span<const std::byte> bytes;
  std::uint64_t sum = 0;  ///< what their XXH64 must be
};

/// What a packed file holds. Of another version only that version is known.
struct PackedContent {
  std::uint32_t version = kPackedVersion;
  PackedOrigin origin;
  std::map<std::string, PackedSection, std::less<>> sections;  ///< their bytes lie in the file that was parsed
};

/// Reads the header and the index, and checks all of both: sums, sizes, that every section lies in the file, aligned
/// and behind the one before it. The sums of the sections are left to check_section(): a table of vectors of which a
/// few rows are looked up shall cost those rows only. `name` stands for the file in messages. Throws FormatError.
PackedContent parse_packed_file(std::span<const std::byte> file, const std::string& name);

/// Throws FormatError when the section's bytes are not those that were written.
void check_section(std::string_view section, const PackedSection& content, const std::string& file_name);

/// A packed file, mapped.
class PackedFile {
 public:
  /// Throws IoError when the file cannot be read, FormatError as parse_packed_file() does.
  static PackedFile open(const std::filesystem::path& path);

  std::uint32_t version() const { return content_.version; }
  const PackedOrigin& origin() const { return content_.origin; }
  const std::map<std::string, PackedSection, std::less<>>& sections() const { return content_.sections; }
  const PackedSection* find(std::string_view section) const;  ///< nullptr when there is none of this name
  const std::filesystem::path& path() const { return file_.path(); }
  /// Throws FormatError that names the first section that is damaged. Reads the whole file.
  void check_sections() const;

 private:
  explicit PackedFile(MappedFile file);

  MappedFile file_;
  PackedContent content_;
};

/// A section to write; the bytes are the caller's.
struct SectionToWrite {
  std::string name;
  std::span<const std::byte> bytes;
};

/// Writes the sections in the order given, under a temporary name until the file is complete. Throws IoError;
/// ArgumentError for a name given twice, an empty one, or one that is too long.
void write_packed_file(const std::filesystem::path& path, std::span<const SectionToWrite> sections,
                       const PackedOrigin& origin);

}  // namespace mana::formats
