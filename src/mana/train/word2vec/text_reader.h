#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include "mana/data/byte_source.h"

namespace mana::train {

/// Reads a text, which gzip or zstd may have packed, in pieces that end at white space, in bounded memory however long
/// a line is. Where there is no white space for a megabyte, a piece ends between two characters.
class TextReader {
 public:
  explicit TextReader(const std::filesystem::path& path, std::stop_token stop = {});

  /// The next piece, which is valid until the next call; empty at the end.
  std::string_view next();
  /// Bytes of the file that have been read, packed as they are.
  std::uint64_t position() const { return source_.position(); }

 private:
  data::ByteSource source_;
  std::string block_;
  std::size_t given_ = 0;  // of block_, by the last call
  std::size_t held_ = 0;   // bytes in block_
  bool ended_ = false;
};

}  // namespace mana::train
