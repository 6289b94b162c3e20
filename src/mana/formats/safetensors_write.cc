#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "mana/base/errors.h"
#include "mana/formats/safetensors.h"
#include "mana/formats/safetensors_format.h"

namespace mana::formats {
namespace {

constexpr std::size_t kAlignment = 8;

std::string_view stored_name(const TensorToWrite& tensor) {
  if (!tensor.type.empty()) return tensor.type;
  for (const auto& [name, known] : safetensors::kDTypes) {
    if (known == tensor.dtype) return name;
  }
  throw ArgumentError("a tensor to write has a dtype that does not exist");
}

void check(std::span<const TensorToWrite> tensors) {
  std::set<std::string_view> names;
  for (const TensorToWrite& tensor : tensors) {
    if (tensor.name == safetensors::kMetadata) {
      throw ArgumentError(fmt::format("no tensor may be named {}", tensor.name));
    }
    if (!names.insert(tensor.name).second) throw ArgumentError(fmt::format("there are two tensors {}", tensor.name));
    if (!tensor.type.empty()) continue;
    const std::uint64_t elements = element_count(tensor.shape);
    const std::size_t element = size_of(tensor.dtype);
    if (tensor.bytes.size() % element != 0 || tensor.bytes.size() / element != elements) {
      throw ArgumentError(fmt::format("{}: {} bytes are not {} {}", tensor.name, tensor.bytes.size(),
                                      name_of(tensor.dtype), to_string(tensor.shape)));
    }
  }
}

/// What a tensor is aligned to; nothing is known of types that are not read.
std::size_t alignment_of(const TensorToWrite& tensor) { return tensor.type.empty() ? size_of(tensor.dtype) : 0; }

/// Positions in `tensors` in the order of the data: by falling element size, so that nothing needs padding.
std::vector<std::size_t> data_order(std::span<const TensorToWrite> tensors) {
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(alignment_of(tensors[b]), a) < std::pair(alignment_of(tensors[a]), b);
  });
  return order;
}

std::string header(std::span<const TensorToWrite> tensors, std::span<const std::size_t> order,
                   const std::map<std::string, std::string>& metadata) {
  std::vector<std::uint64_t> begins(tensors.size());
  std::uint64_t end = 0;
  for (const std::size_t i : order) {
    begins[i] = end;
    end += tensors[i].bytes.size();
  }
  nlohmann::ordered_json entries = nlohmann::ordered_json::object();
  if (!metadata.empty()) entries[std::string(safetensors::kMetadata)] = metadata;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    entries[tensors[i].name] = {{"dtype", stored_name(tensors[i])},
                                {"shape", tensors[i].shape},
                                {"data_offsets", {begins[i], begins[i] + tensors[i].bytes.size()}}};
  }
  std::string text;
  try {
    text = entries.dump();
  } catch (const nlohmann::json::exception&) {
    throw ArgumentError("a tensor's name or the metadata is not UTF-8: name it otherwise");
  }
  text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');
  if (text.size() > safetensors::kMaxHeader) {
    throw ArgumentError(
        fmt::format("the header would have {} bytes, more than {}", text.size(), safetensors::kMaxHeader));
  }
  return text;
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, std::span<const TensorToWrite> tensors,
                       const std::map<std::string, std::string>& metadata) {
  check(tensors);
  const std::vector<std::size_t> order = data_order(tensors);
  const std::string text = header(tensors, order, metadata);
  const std::uint64_t length = text.size();
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(text);
  for (const std::size_t i : order) file.write(tensors[i].bytes);
  file.commit();
}

}  // namespace mana::formats
