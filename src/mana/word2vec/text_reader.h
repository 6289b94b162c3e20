#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include "mana/data/text_source.h"

namespace mana::word2vec {

/// Reads a text in pieces that end at white space, in bounded memory however long a line is. Where there is no white
/// space for a megabyte, a piece ends between two characters. Of a file of rows (data/input_form.h) the texts are read,
/// each a piece of its own, at the end of which a line ends.
class TextReader {
 public:
  explicit TextReader(const std::filesystem::path& path, const data::TextFormat& format = {},
                      std::stop_token stop = {});

  /// The next piece, which is valid until the next call; empty at the end.
  std::string_view next();
  /// Bytes of the file that have been read, packed as they are.
  std::uint64_t position() const { return file_.position(); }
  data::ReadingNotes notes() const { return file_.notes(); }

 private:
  data::TextFile file_;
  std::string block_;
  std::size_t given_ = 0;  // of block_, by the last call
  std::size_t held_ = 0;   // bytes in block_
  bool ended_ = false;
};

}  // namespace mana::word2vec
