#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mana/data/text_source.h"

namespace mana::subwords {

/// Some lines of a text, each with its end (LF or CRLF) where it has one, or some texts of a file of rows.
class TextBlock {
 public:
  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }

 private:
  friend class TextBlocks;
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

/// The lines of several files, one block after the other in bounded memory: a line of more than a megabyte is cut
/// before one of its spaces, or between two characters where it has none. They are UTF-8: U+FFFD stands for each broken
/// sequence, as in a tokenizer.
class TextBlocks {
 public:
  /// About so many bytes are a block.
  static constexpr std::size_t kBlock = std::size_t{1} << 20;

  /// "-" is standard input.
  explicit TextBlocks(std::span<const std::filesystem::path> inputs, data::TextFormat format = {},
                      std::stop_token stop = {});

  /// Puts the next lines in place of what `block` holds; false at the end. Throws IoError, FormatError, Cancelled.
  bool next(TextBlock& block);
  /// Of all files so far, packed as they are.
  std::uint64_t bytes_read() const { return bytes_before_ + (file_ ? file_->position() : 0); }
  std::uint64_t lines() const { return lines_; }  ///< that next() gave
  /// What was read in spite of a mistake, for each file that has been read.
  const std::vector<data::ReadingNotes>& notes() const { return notes_; }

 private:
  void read_rows(TextBlock& block);
  void read_lines(TextBlock& block);
  void repair(TextBlock& block);
  void close();

  std::span<const std::filesystem::path> inputs_;
  data::TextFormat format_;
  std::stop_token stop_;
  std::size_t opened_ = 0;
  std::optional<data::TextFile> file_;
  std::string ahead_;  // bytes of the file that belong to the next block
  data::ReadingNotes::Rows broken_;
  std::uint64_t lines_of_file_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t bytes_before_ = 0;  // in the files before
  std::vector<data::ReadingNotes> notes_;
};

}  // namespace mana::subwords
