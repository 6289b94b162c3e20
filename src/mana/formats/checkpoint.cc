#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/printable.h"
#include "mana/formats/inside_folder.h"
#include "mana/formats/safetensors.h"

namespace mana::formats {
namespace {

constexpr std::string_view kSingle = "model.safetensors";
constexpr std::string_view kIndex = "model.safetensors.index.json";
constexpr std::size_t kPiece = std::size_t{256} << 10;  // bytes converted before their pages are given back

[[noreturn]] void fail_without_weights(const std::filesystem::path& folder) {
  if (!file_exists(folder)) throw IoError(fmt::format("there is no folder {}", folder.string()));
  if (file_exists(folder / "pytorch_model.bin") || file_exists(folder / "pytorch_model.bin.index.json")) {
    throw IoError(
        fmt::format("{} has its weights only as pytorch_model.bin, which is not read here; convert them to {}",
                    folder.string(), kSingle));
  }
  throw IoError(fmt::format("{} has neither {} nor {}", folder.string(), kSingle, kIndex));
}

const MappedFile* file_of(const std::vector<Safetensors>& files, const StoredTensor& tensor) {
  for (const Safetensors& file : files) {
    const auto bytes = file.file().bytes();
    const std::less<> before;
    if (!before(tensor.bytes.data(), bytes.data()) && before(tensor.bytes.data(), bytes.data() + bytes.size())) {
      return &file.file();
    }
  }
  return nullptr;
}

/// Piece by piece, and each piece's pages go back to `file` (if there is one) before the next are read.
std::vector<float> read_f32(const StoredTensor& tensor, const MappedFile* file) {
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

Checkpoint Checkpoint::open(const std::filesystem::path& folder) {
  Checkpoint checkpoint;
  checkpoint.folder_ = folder;
  if (file_exists(folder / kSingle)) {
    checkpoint.files_.push_back(Safetensors::open(folder / kSingle));
    checkpoint.tensors_ = checkpoint.files_.front().tensors();
    return checkpoint;
  }
  if (!file_exists(folder / kIndex)) fail_without_weights(folder);

  const json::Document index = json::Document::read(folder / kIndex);
  const auto weight_map = index.root().at("weight_map").object();
  std::set<std::string_view> shards;
  for (const auto& [tensor, shard] : weight_map) {
    if (!stays_inside(shard.string()))
      shard.fail(fmt::format("is {}, which is not inside the folder", printable(shard.string())));
    shards.insert(shard.string());
  }
  std::map<std::string_view, const TensorTable*, std::less<>> tables;
  checkpoint.files_.reserve(shards.size());  // `tables` points into them
  for (const std::string_view shard : shards) {
    const auto& file = checkpoint.files_.emplace_back(Safetensors::open(folder / shard));
    tables.emplace(shard, &file.tensors());
    for (const auto& [name, tensor] : file.tensors()) {
      if (!checkpoint.tensors_.emplace(name, tensor).second) {
        throw FormatError(
            fmt::format("{}: {} stands in an earlier shard too", file.file().path().string(), printable(name)));
      }
    }
  }
  for (const auto& [name, shard] : weight_map) {
    if (!tables.at(shard.string())->contains(name))
      shard.fail(fmt::format("is {}, which has no such tensor", printable(shard.string())));
  }
  return checkpoint;
}

const StoredTensor* Checkpoint::find(std::string_view name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

const StoredTensor& Checkpoint::at(std::string_view name) const {
  if (const StoredTensor* tensor = find(name)) return *tensor;
  throw FormatError(fmt::format("{}: there is no tensor {}", folder_.string(), printable(name)));
}

std::vector<float> Checkpoint::f32(std::string_view name, const Shape& shape, bool forget) const {
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

}  // namespace mana::formats
