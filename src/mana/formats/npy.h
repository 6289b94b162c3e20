#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mana/base/file.h"
#include "mana/base/partial_file.h"
#include "mana/formats/safetensors.h"

/// NumPy's file of one array.
namespace mana::formats {

/// Reads a whole .npy file (versions 1 to 3) of little-endian f16, f32, f64, i8 or u8 in C order, and checks that the
/// data are as long as the shape says. `name` stands for the file in messages. Throws FormatError.
StoredTensor parse_npy(std::span<const std::byte> file, const std::string& name);

/// One .npy file, mapped.
class Npy {
 public:
  /// Throws IoError when the file cannot be read, FormatError as parse_npy() does.
  static Npy open(const std::filesystem::path& path);

  const Shape& shape() const { return array_.shape; }
  DType dtype() const { return array_.dtype; }
  const StoredTensor& array() const { return array_; }
  /// All elements, row after row. Throws FormatError for integers.
  std::vector<float> f32() const;

 private:
  explicit Npy(MappedFile file);

  MappedFile file_;
  StoredTensor array_;
};

/// The 128 bytes before the data of an array [rows, columns] of a type that parse_npy() reads: the same length for any
/// size, so that they can be written before the rows are counted. Throws ArgumentError for another type.
std::string npy_header(std::uint64_t rows, std::uint64_t columns, DType dtype = DType::f32);

/// An f32 array [rows, columns] whose rows come one after another until their number is known. It stands under
/// `<path>.partial` until commit(), and is left there when the work breaks off.
class NpyWriter {
 public:
  /// Complete rows in the partial file of an interrupted job; 0 when there is none.
  /// Throws FormatError when it is not an array with this many columns.
  static std::uint64_t partial_rows(const std::filesystem::path& path, std::uint64_t columns);

  /// Goes on after the first `keep_rows` rows of the partial file, or afresh with 0. Throws IoError; FormatError when
  /// the partial file has other columns or fewer rows; ArgumentError for 0 columns.
  NpyWriter(const std::filesystem::path& path, std::uint64_t columns, std::uint64_t keep_rows = 0);

  /// Appends any number of whole rows. Throws IoError, ArgumentError for a part of a row.
  void write(std::span<const float> rows);
  /// What was written survives a power failure from here on.
  void sync() { file_.sync(); }
  /// Puts the number of rows into the header and gives the file its name.
  void commit();
  /// Removes the partial file.
  void discard() { file_.discard(); }

  std::uint64_t rows() const { return rows_; }
  std::uint64_t columns() const { return columns_; }

 private:
  std::uint64_t columns_;
  std::uint64_t rows_;
  PartialFile file_;
};

}  // namespace mana::formats
