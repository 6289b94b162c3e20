#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "mana/base/file.h"
#include "mana/data/pretraining/block_sum.h"
#include "mana/data/pretraining/token_file.h"

namespace mana::data {

/// Writes a token file, which appears under its name when it is complete. Of all that it was given it holds but the
/// bounds in memory.
class TokenFileWriter {
 public:
  /// Throws IoError, as all that follow do.
  TokenFileWriter(const std::filesystem::path& path, const TokenOrigin& origin);

  /// What comes next belongs to another document.
  void begin_document();
  /// Sentences of the document: their tokens, one behind the other, and how many each has; none is empty.
  void add(std::span<const std::int32_t> tokens, std::span<const std::uint32_t> lengths);
  std::uint64_t tokens() const { return tokens_; }
  /// Nothing may be written after it.
  void commit();

 private:
  void write(std::span<const std::byte> bytes);

  AtomicFile file_;
  TokenOrigin origin_;
  BlockSum sum_;
  BlockSum document_sum_;
  std::uint64_t tokens_ = 0;
  std::vector<std::uint32_t> lengths_;          // of the sentences
  std::vector<std::uint64_t> document_bounds_;  // but for the end of the last
  std::vector<std::uint64_t> document_sums_;
  std::vector<std::uint16_t> narrow_;  // of the call
};

}  // namespace mana::data
