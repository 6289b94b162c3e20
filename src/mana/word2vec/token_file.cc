#include "mana/word2vec/token_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"

namespace mana::word2vec {

TokenFile::TokenFile() {
  std::error_code error;
  std::string name = (std::filesystem::temp_directory_path(error) / "mana.XXXXXX").string();
  if (error) throw IoError(fmt::format("there is no temporary folder: {}", error.message()));
  descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor_ < 0) throw IoError(fmt::format("cannot make a temporary file {}: {}", name, std::strerror(errno)));
  ::unlink(name.c_str());
  pending_.reserve(kPending);
}

TokenFile::~TokenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

TokenFile::TokenFile(TokenFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      written_(other.written_),
      pending_(std::move(other.pending_)) {}

TokenFile& TokenFile::operator=(TokenFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(written_, other.written_);
  std::swap(pending_, other.pending_);
  return *this;
}

void TokenFile::flush() {
  write_all(descriptor_, std::as_bytes(std::span(pending_)),
            "the encoded text in the folder of temporary files (TMPDIR names another one)");
  written_ += pending_.size();
  pending_.clear();
}

void TokenFile::read(std::uint64_t begin, std::span<std::uint32_t> tokens) const {
  std::span<std::byte> left = std::as_writable_bytes(tokens);
  std::uint64_t at = begin * sizeof(std::uint32_t);
  while (!left.empty()) {
    const ssize_t count = ::pread(descriptor_, left.data(), left.size(), static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      throw IoError(fmt::format("cannot read the encoded text back from the folder of temporary files: {}",
                                count == 0 ? "it ends too early" : std::strerror(errno)));
    }
    left = left.subspan(static_cast<std::size_t>(count));
    at += static_cast<std::uint64_t>(count);
  }
}

}  // namespace mana::word2vec
