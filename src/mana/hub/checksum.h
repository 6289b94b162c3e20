#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace mana::hub {

enum class HashKind {
  sha256,   ///< of the bytes: what Git LFS stores a file under
  git_blob  ///< the SHA-1 of "blob <size>\0" and the bytes: what git stores a file under
};

/// What a file must hash to.
struct Checksum {
  HashKind kind = HashKind::sha256;
  std::string hex;  ///< lower case

  /// 64 hexadecimal digits are a SHA-256, 40 a git blob; the quotes and the W/ of an ETag are left out.
  /// Nothing for any other text (an ETag may be anything).
  static std::optional<Checksum> parse(std::string_view text);

  bool operator==(const Checksum&) const = default;
};

/// The checksum of a file's bytes. Throws IoError.
Checksum checksum_of(const std::filesystem::path& file, HashKind kind);

/// "SHA-256" or "git SHA-1"
std::string_view name_of(HashKind kind);

}  // namespace mana::hub
