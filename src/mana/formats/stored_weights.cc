#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/printable.h"
#include "mana/formats/inside_folder.h"
#include "mana/formats/other_weights.h"
#include "mana/formats/pytorch_weights.h"
#include "mana/formats/safetensors.h"
#include "mana/formats/stored_values.h"

namespace mana::formats {
namespace {

// A whole file, and the list of the shards that may be there in its place; the first form that is there counts.
struct Form {
  std::string_view whole, index;
};
constexpr Form kForms[] = {{"model.safetensors", "model.safetensors.index.json"},
                           {"pytorch_model.bin", "pytorch_model.bin.index.json"}};
constexpr std::size_t kPiece = std::size_t{256} << 10;  // bytes converted before their pages are given back

[[noreturn]] void fail_without_weights(const std::filesystem::path& folder) {
  if (!file_exists(folder)) throw IoError(fmt::format("there is no folder {}", folder.string()));
  refuse_other_weights(folder);
  throw IoError(fmt::format("{} has neither {} nor {}", folder.string(), kForms[0].whole, kForms[0].index));
}

[[noreturn]] void fail_unread(const std::filesystem::path& folder, std::string_view name, const UnreadTensor& tensor) {
  throw FormatError(fmt::format("{}: {} is stored as {}, which is not read here: convert it to F32, F16 or BF16",
                                folder.string(), printable(name), printable(tensor.type)));
}

bool lies_in(std::span<const std::byte> part, std::span<const std::byte> file) {
  const std::less<> before;
  return !before(part.data(), file.data()) && before(part.data(), file.data() + file.size());
}

const WeightFile* file_of(const std::vector<WeightFile>& files, const StoredTensor& tensor) {
  const auto found = std::ranges::find_if(files, [&](const auto& file) { return lies_in(tensor.bytes, file.bytes()); });
  return found == files.end() ? nullptr : &*found;
}

/// Piece by piece, and each piece's pages go back to `file` (if there is one) before the next are read.
std::vector<float> read_f32(const StoredTensor& tensor, const WeightFile* file) {
  const std::size_t element = size_of(tensor.dtype);
  std::vector<float> values;
  values.reserve(tensor.bytes.size() / element);
  for (std::size_t begin = 0; begin < tensor.bytes.size(); begin += kPiece) {
    const auto piece = tensor.bytes.subspan(begin, std::min(kPiece, tensor.bytes.size() - begin));
    const std::size_t done = values.size();
    values.resize(done + piece.size() / element);
    to_f32({tensor.dtype, {}, piece}, std::span(values).subspan(done));
    // From one piece further back: a page on the border was only half read then.
    const std::size_t from = begin - std::min(begin, kPiece);
    if (file != nullptr) file->forget(tensor.bytes.subspan(from, begin + piece.size() - from));
  }
  return values;
}

}  // namespace

WeightFile WeightFile::open(const std::filesystem::path& path) {
  WeightFile file{MappedFile(path)};
  if (path.extension() == ".bin") {
    PytorchContent content = parse_pytorch(file.bytes(), path.string());
    file.tensors_ = std::move(content.tensors);
    file.copies_ = std::move(content.copies);
  } else {
    SafetensorsContent content = parse_safetensors(file.bytes(), path.string());
    file.tensors_ = std::move(content.tensors);
    file.unread_ = std::move(content.unread);
  }
  return file;
}

void WeightFile::forget(std::span<const std::byte> part) const {
  if (lies_in(part, file_.bytes())) file_.forget(part);
}

bool has_stored_weights(const std::filesystem::path& folder) {
  return std::ranges::any_of(
      kForms, [&](const Form& form) { return file_exists(folder / form.whole) || file_exists(folder / form.index); });
}

bool is_weight_file(const std::filesystem::path& path) {
  if (path.extension() == ".safetensors") return true;
  const std::filesystem::path folder = path.parent_path();
  return path.filename().string().starts_with("pytorch_model") && path.extension() == ".bin" &&
         !file_exists(folder / kForms[0].whole) && !file_exists(folder / kForms[0].index);
}

StoredWeights StoredWeights::open(const std::filesystem::path& folder) {
  StoredWeights stored_weights;
  stored_weights.folder_ = folder;
  for (const auto& [whole, index] : kForms) {
    if (file_exists(folder / whole)) {
      stored_weights.open_whole(folder / whole);
      return stored_weights;
    }
    if (file_exists(folder / index)) {
      stored_weights.open_shards(folder / index);
      return stored_weights;
    }
  }
  fail_without_weights(folder);
}

void StoredWeights::open_whole(const std::filesystem::path& path) {
  files_.push_back(WeightFile::open(path));
  tensors_ = files_.front().tensors();
  unread_ = files_.front().unread();
}

void StoredWeights::open_shards(const std::filesystem::path& index) {
  const json::Document document = json::Document::read(index);
  const auto weight_map = document.root().at("weight_map").object();
  std::set<std::string_view> shards;
  for (const auto& [tensor, shard] : weight_map) {
    if (!stays_inside(shard.string()))
      shard.fail(fmt::format("is {}, which is not inside the folder", printable(shard.string())));
    shards.insert(shard.string());
  }
  std::map<std::string_view, const WeightFile*, std::less<>> files;
  files_.reserve(shards.size());  // `files` points into them
  for (const std::string_view shard : shards) {
    if (!file_exists(folder_ / shard)) {
      throw IoError(fmt::format("{} names the file {}, which is not there: fetch all parts of the weights",
                                index.string(), printable(shard)));
    }
    const auto& file = files_.emplace_back(WeightFile::open(folder_ / shard));
    files.emplace(shard, &file);
    const auto refuse_twice = [&](std::string_view name) {
      throw FormatError(fmt::format("{}: {} stands in an earlier shard too", file.path().string(), printable(name)));
    };
    for (const auto& [name, tensor] : file.tensors()) {
      if (unread_.contains(name) || !tensors_.emplace(name, tensor).second) refuse_twice(name);
    }
    for (const auto& [name, tensor] : file.unread()) {
      if (tensors_.contains(name) || !unread_.emplace(name, tensor).second) refuse_twice(name);
    }
  }
  for (const auto& [name, shard] : weight_map) {
    const WeightFile& file = *files.at(shard.string());
    if (!file.tensors().contains(name) && !file.unread().contains(name))
      shard.fail(fmt::format("is {}, which has no such tensor", printable(shard.string())));
  }
}

const StoredTensor* StoredWeights::find(std::string_view name) const {
  const auto found = tensors_.find(name);
  if (found != tensors_.end()) return &found->second;
  if (const auto unread = unread_.find(name); unread != unread_.end()) fail_unread(folder_, name, unread->second);
  return nullptr;
}

const StoredTensor& StoredWeights::at(std::string_view name) const {
  if (const StoredTensor* tensor = find(name)) return *tensor;
  throw FormatError(fmt::format("{}: there is no tensor {}", folder_.string(), printable(name)));
}

std::vector<float> StoredWeights::f32(std::string_view name, const Shape& shape, bool forget) const {
  const StoredTensor& tensor = at(name);
  if (tensor.shape != shape) {
    throw FormatError(fmt::format("{}: {} has the shape {}, but {} is needed", folder_.string(), name,
                                  to_string(tensor.shape), to_string(shape)));
  }
  try {
    return read_f32(tensor, forget ? file_of(files_, tensor) : nullptr);
  } catch (const FormatError& error) {
    throw FormatError(fmt::format("{}: {}: {}", folder_.string(), name, error.what()));
  }
}

StoredValues stored_values(const StoredWeights& weights, std::string_view name, const Shape& shape) {
  const StoredTensor& tensor = weights.at(name);
  const WeightFile* const file = file_of(weights.files(), tensor);
  const bool aligned = reinterpret_cast<std::uintptr_t>(tensor.bytes.data()) % alignof(float) == 0;
  if (file == nullptr || tensor.dtype != DType::f32 || tensor.shape != shape || !aligned) {
    return StoredValues(weights.f32(name, shape));
  }
  const auto* const values = reinterpret_cast<const float*>(tensor.bytes.data());
  return {std::span(values, tensor.bytes.size() / sizeof(float)), *file};
}

void StoredWeights::replace(std::string_view name, std::vector<float> values) {
  const auto found = tensors_.find(name);
  if (found == tensors_.end() || values.size() != element_count(found->second.shape)) {
    throw ArgumentError(fmt::format("{} values cannot take the place of {}", values.size(), printable(name)));
  }
  const auto& kept = replacements_.emplace_back(std::make_shared<const std::vector<float>>(std::move(values)));
  found->second.dtype = DType::f32;
  found->second.bytes = std::as_bytes(std::span(*kept));
  const auto place = std::ranges::lower_bound(replaced_, name);
  if (place == replaced_.end() || *place != name) replaced_.emplace(place, name);
}

LookupTable lookup_table(std::shared_ptr<const StoredWeights> stored_weights, std::string_view name) {
  const StoredTensor& tensor = stored_weights->at(name);
  switch (tensor.dtype) {
    case DType::f32:
    case DType::f16:
    case DType::bf16: return {tensor.bytes, tensor.dtype, std::move(stored_weights)};
    case DType::f64: {
      const auto values = std::make_shared<const std::vector<float>>(stored_weights->f32(name, tensor.shape));
      return {std::as_bytes(std::span(*values)), DType::f32, values};
    }
    default:
      throw FormatError(fmt::format("{}: tensor {} holds {}; f32, f16, bf16 or f64 is needed",
                                    stored_weights->folder().string(), printable(name), name_of(tensor.dtype)));
  }
}

}  // namespace mana::formats
