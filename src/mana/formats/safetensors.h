#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/file.h"
#include "mana/tensor/dtype.h"

namespace mana::formats {

using Shape = std::vector<std::uint64_t>;

/// The product of the extents; 1 for a scalar.
std::uint64_t element_count(const Shape& shape);
/// "[30522, 384]"
std::string to_string(const Shape& shape);

/// A tensor as it lies in a mapped file: little-endian, row-major.
struct StoredTensor {
  DType dtype = DType::f32;
  Shape shape;
  std::span<const std::byte> bytes;
};

/// One safetensors file, mapped. Everything in the header is checked before any tensor can be touched.
class Safetensors {
 public:
  /// Throws IoError, or FormatError that names the file, the tensor and what is wrong with it.
  static Safetensors open(const std::filesystem::path& path);

  const std::map<std::string, StoredTensor, std::less<>>& tensors() const { return tensors_; }
  const std::map<std::string, std::string, std::less<>>& metadata() const { return metadata_; }
  const MappedFile& file() const { return file_; }

 private:
  explicit Safetensors(MappedFile file) : file_(std::move(file)) {}
  MappedFile file_;
  std::map<std::string, StoredTensor, std::less<>> tensors_;
  std::map<std::string, std::string, std::less<>> metadata_;
};

/// All weights of a model's folder: `model.safetensors`, or the shards that `model.safetensors.index.json` lists.
class Checkpoint {
 public:
  /// Throws IoError when there is neither, FormatError when a file is malformed or a tensor is listed but absent.
  static Checkpoint open(const std::filesystem::path& folder);

  /// nullptr when there is no such tensor.
  const StoredTensor* find(std::string_view name) const;
  /// Throws FormatError: "<folder>: there is no tensor <name>".
  const StoredTensor& at(std::string_view name) const;
  /// The tensor as f32, of exactly this shape, converted from f16, bf16 or f64 where it is stored so. Throws FormatError
  /// that names the tensor and both shapes. The mapped pages are given back when `forget` is set.
  std::vector<float> f32(std::string_view name, const Shape& shape, bool forget = true) const;

  /// Every tensor of every file, by name.
  const std::map<std::string, StoredTensor, std::less<>>& tensors() const { return tensors_; }
  /// The files, with the tensors of each.
  const std::vector<Safetensors>& files() const { return files_; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::vector<Safetensors> files_;
  std::map<std::string, StoredTensor, std::less<>> tensors_;
};

/// Converts stored f32, f16, bf16 or f64 elements to f32; `out` has one place for each. Throws FormatError for other types.
void to_f32(const StoredTensor& tensor, std::span<float> out);

/// A tensor to write; the bytes are the caller's.
struct TensorToWrite {
  std::string name;
  DType dtype = DType::f32;
  Shape shape;
  std::span<const std::byte> bytes;
};

/// Writes a file that this reader and the reference implementation read: names in order, data aligned to 8 bytes,
/// under a temporary name until it is complete. Throws IoError, ArgumentError for a byte count that is not the shape's.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorToWrite> tensors,
                       const std::map<std::string, std::string>& metadata = {{"format", "pt"}});

}  // namespace mana::formats
