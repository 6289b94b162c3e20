#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mana/base/file.h"
#include "mana/tensor/dtype.h"

namespace mana::formats {

using Shape = std::vector<std::uint64_t>;

/// The product of the extents; 1 for a scalar. Throws FormatError when it does not fit 64 bits.
std::uint64_t element_count(const Shape& shape);
/// "[30522, 384]"
std::string to_string(const Shape& shape);

/// A tensor as it lies in a file: little-endian, row-major, at any alignment.
struct StoredTensor {
  DType dtype = DType::f32;
  Shape shape;
  std::span<const std::byte> bytes;
};

using TensorTable = std::map<std::string, StoredTensor, std::less<>>;

/// A tensor of a type that is not read here (F8_E4M3, F4, one of the future): its elements are never looked at, and it
/// stands in no way unless somebody asks for it.
struct UnreadTensor {
  std::string type;  ///< as the file calls it
  Shape shape;
  std::span<const std::byte> bytes;
};
using UnreadTable = std::map<std::string, UnreadTensor, std::less<>>;
using Metadata = std::map<std::string, std::string, std::less<>>;

/// What one safetensors file holds.
struct SafetensorsContent {
  TensorTable tensors;  ///< their bytes lie in the file that was parsed
  UnreadTable unread;   ///< those of types that are not read
  Metadata metadata;    ///< `__metadata__`
};

/// Reads the header of a whole safetensors file and checks all of it: its length, dtypes, shapes, and that the tensors
/// cover the data exactly, without overlap or hole. `name` stands for the file in messages.
/// Throws FormatError that names the file, the tensor and what is wrong with it; what is no such file at all (a pointer
/// of git lfs, a web page, half a download) is named for what it is.
SafetensorsContent parse_safetensors(std::span<const std::byte> file, const std::string& name);

/// One safetensors file, mapped. Everything in the header is checked before any tensor can be touched.
class Safetensors {
 public:
  /// Throws IoError when the file cannot be read, FormatError as parse_safetensors() does.
  static Safetensors open(const std::filesystem::path& path);

  const TensorTable& tensors() const { return content_.tensors; }
  const UnreadTable& unread() const { return content_.unread; }
  const Metadata& metadata() const { return content_.metadata; }
  const MappedFile& file() const { return file_; }

 private:
  explicit Safetensors(MappedFile file);

  MappedFile file_;
  SafetensorsContent content_;
};

/// A file of weights, mapped, whatever its form.
class WeightFile {
 public:
  /// A file whose name ends in `.bin` is PyTorch's (pytorch_weights.h), any other one safetensors. Throws IoError when
  /// it cannot be read, FormatError when it is malformed.
  static WeightFile open(const std::filesystem::path& path);

  const TensorTable& tensors() const { return tensors_; }
  const UnreadTable& unread() const { return unread_; }
  const std::filesystem::path& path() const { return file_.path(); }
  std::span<const std::byte> bytes() const { return file_.bytes(); }
  /// Gives the pages of what was looked at back to the system, where they are the file's.
  void forget(std::span<const std::byte> part) const;

 private:
  explicit WeightFile(MappedFile file) : file_(std::move(file)) {}

  MappedFile file_;
  TensorTable tensors_;
  UnreadTable unread_;
  std::vector<std::vector<std::byte>> copies_;  // the bytes of tensors that did not lie row by row
};

/// Whether a folder has weights that can be read, whole or in shards.
bool has_stored_weights(const std::filesystem::path& folder);
/// Whether a file holds weights by its name: PyTorch's only where no safetensors lie beside it, which count before it.
bool is_weight_file(const std::filesystem::path& path);

/// All weights of a model's folder: `model.safetensors`, or the shards that `model.safetensors.index.json` lists; where
/// there is neither, `pytorch_model.bin`, or those of `pytorch_model.bin.index.json`.
class StoredWeights {
 public:
  /// A shard must lie inside the folder. Throws IoError when there is no such file or a shard is missing, FormatError
  /// when a file is malformed, a tensor is listed but not in its shard, or stands in two shards.
  static StoredWeights open(const std::filesystem::path& folder);

  /// nullptr when there is no such tensor. Throws FormatError when it is of a type that is not read.
  const StoredTensor* find(std::string_view name) const;
  /// Throws FormatError: "<folder>: there is no tensor <name>".
  const StoredTensor& at(std::string_view name) const;
  /// The tensor as f32, of exactly this shape, converted from f16, bf16 or f64 where it is stored so. Throws
  /// FormatError that names the tensor and both shapes. With `forget` the mapped pages are given back while it is read,
  /// so that the weights are never in memory twice.
  std::vector<float> f32(std::string_view name, const Shape& shape, bool forget = true) const;

  /// From now on `values` are the tensor's, as f32 in its shape. Throws ArgumentError for another count of them.
  void replace(std::string_view name, std::vector<float> values);
  /// The names of tensors that have been replaced, sorted.
  const std::vector<std::string>& replaced() const { return replaced_; }

  /// Every tensor of every file, by name, but for those of types that are not read.
  const TensorTable& tensors() const { return tensors_; }
  const UnreadTable& unread() const { return unread_; }
  /// The files, with the tensors of each.
  const std::vector<WeightFile>& files() const { return files_; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  void open_whole(const std::filesystem::path& path);
  void open_shards(const std::filesystem::path& index);

  std::filesystem::path folder_;
  std::vector<WeightFile> files_;
  TensorTable tensors_;
  UnreadTable unread_;
  std::vector<std::string> replaced_;
  std::vector<std::shared_ptr<const std::vector<float>>> replacements_;  // the tensors' bytes
};

/// Converts stored f32, f16, bf16 or f64 elements to f32; `out` has one place for each.
/// Throws FormatError for other types, ArgumentError when `out` has another size.
void to_f32(const StoredTensor& tensor, std::span<float> out);

/// Rows of numbers that are looked up where they lie, or in memory of their own where they had to be converted.
struct LookupTable {
  std::span<const std::byte> bytes;
  DType dtype = DType::f32;           ///< f32, f16 or bf16
  std::shared_ptr<const void> owner;  ///< of the bytes
};
/// A tensor as it can be looked up: f64 becomes f32. Throws FormatError for other types than these.
LookupTable lookup_table(std::shared_ptr<const StoredWeights> stored_weights, std::string_view name);

/// A tensor to write; the bytes are the caller's.
struct TensorToWrite {
  std::string name;
  DType dtype = DType::f32;
  Shape shape;
  std::span<const std::byte> bytes;
  /// Where it is not empty, the type in the file's own word (UnreadTensor), whatever `dtype` says.
  std::string type = {};
};

/// Writes a file that this reader and the reference implementation read, under a temporary name until it is complete.
/// The header lists the tensors in the order given; the data starts at a multiple of 8 bytes and is laid out by falling
/// element size, so that every tensor is aligned to its elements. Throws IoError; ArgumentError for a byte count that
/// is not the shape's, a name given twice, or text that is not UTF-8.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorToWrite> tensors,
                       const std::map<std::string, std::string>& metadata = {{"format", "pt"}});

}  // namespace mana::formats
