#include "mana/hub/checksum.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include "mana/base/errors.h"
#include "mana/base/file.h"

namespace mana::hub {
namespace {

/// Memory is read and given back in parts, so that a file of many gigabytes does not stay resident.
constexpr std::size_t kPart = std::size_t{16} << 20;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

void must(int result) {
  if (result != 1) throw Error("libcrypto cannot compute a checksum: is SHA-1 or SHA-256 disabled on this machine?");
}

}  // namespace

std::optional<Checksum> Checksum::parse(std::string_view text) {
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (text.size() != 64 && text.size() != 40) return std::nullopt;

  std::string hex(text);
  for (char& digit : hex) {
    if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit - 'A' + 'a');
  }
  if (hex.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
  return Checksum{hex.size() == 64 ? HashKind::sha256 : HashKind::git_blob, hex};
}

Checksum checksum_of(const std::filesystem::path& file, HashKind kind) {
  const MappedFile mapped(file);
  std::span<const std::byte> bytes = mapped.bytes();

  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  must(context != nullptr ? 1 : 0);
  must(EVP_DigestInit_ex(context.get(), kind == HashKind::sha256 ? EVP_sha256() : EVP_sha1(), nullptr));
  if (kind == HashKind::git_blob) {
    const std::string header = fmt::format("blob {}", bytes.size());
    must(EVP_DigestUpdate(context.get(), header.c_str(), header.size() + 1));  // the NUL belongs to it
  }
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(kPart, bytes.size()));
    must(EVP_DigestUpdate(context.get(), part.data(), part.size()));
    mapped.forget(part);
    bytes = bytes.subspan(part.size());
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  must(EVP_DigestFinal_ex(context.get(), digest.data(), &length));

  Checksum result{kind, {}};
  for (unsigned i = 0; i < length; ++i) result.hex += fmt::format("{:02x}", digest[i]);
  return result;
}

std::string_view name_of(HashKind kind) { return kind == HashKind::sha256 ? "SHA-256" : "git SHA-1"; }

}  // namespace mana::hub
