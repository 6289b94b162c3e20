#include "mana/formats/safetensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <set>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/base/printable.h"
#include "mana/formats/safetensors_format.h"

static_assert(std::endian::native == std::endian::little, "tensors are used as they lie in the file");

namespace mana::formats {
namespace {

using Data = std::span<const std::byte>;

std::optional<DType> dtype_named(std::string_view name) {
  for (const auto& [known, dtype] : safetensors::kDTypes) {
    if (known == name) return dtype;
  }
  return std::nullopt;
}

std::string_view header_text(Data file, const std::string& name) {
  const auto fail = [&](std::string_view what) -> std::string_view {
    throw FormatError(fmt::format("{}: not a safetensors file: {}", name, what));
  };
  if (file.size() < safetensors::kLengthBytes) return fail(fmt::format("it has only {} bytes", file.size()));
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), safetensors::kLengthBytes);
  if (length > safetensors::kMaxHeader)
    return fail(fmt::format("its header would have {} bytes, more than {}", length, safetensors::kMaxHeader));
  if (length > file.size() - safetensors::kLengthBytes) {
    return fail(fmt::format("its header would have {} bytes, but only {} follow; the file may be cut short", length,
                            file.size() - safetensors::kLengthBytes));
  }
  const std::string_view text(reinterpret_cast<const char*>(file.data()) + safetensors::kLengthBytes, length);
  if (!text.starts_with('{')) return fail("its header does not begin with '{'");
  return text;
}

/// Two numbers that bound a tensor's bytes within the data.
Data parse_offsets(const json::Value& offsets, Data data) {
  const auto bounds = offsets.array();
  if (bounds.size() != 2) offsets.fail("must be a list of two numbers");
  const auto limit = static_cast<std::int64_t>(data.size());
  const auto begin = bounds[0].integer(0, limit);
  const auto end = bounds[1].integer(begin, limit);
  return data.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

StoredTensor parse_tensor(const json::Value& entry, Data data) {
  std::set<std::string_view> keys;
  for (const auto& [key, value] : entry.object()) {
    if (!keys.insert(key).second) entry.fail(fmt::format("has {} twice", printable(key)));
  }
  StoredTensor tensor;
  const json::Value dtype = entry.at("dtype");
  const auto known = dtype_named(dtype.string());
  if (!known) dtype.fail(fmt::format("is {}, which is not supported", printable(dtype.string())));
  tensor.dtype = *known;

  const json::Value shape = entry.at("shape");
  for (const json::Value& extent : shape.array()) {
    tensor.shape.push_back(static_cast<std::uint64_t>(extent.integer(0, std::numeric_limits<std::int64_t>::max())));
  }
  std::uint64_t size = size_of(tensor.dtype);
  for (const std::uint64_t extent : tensor.shape) {
    if (__builtin_mul_overflow(size, extent, &size)) shape.fail("is too large: its size overflows 64 bits");
  }
  tensor.bytes = parse_offsets(entry.at("data_offsets"), data);
  if (tensor.bytes.size() != size) {
    entry.fail(fmt::format("has {} bytes of data, but {} {} takes {}", tensor.bytes.size(), name_of(tensor.dtype),
                           to_string(tensor.shape), size));
  }
  return tensor;
}

/// Every byte of the data belongs to exactly one tensor.
void check_cover(const TensorTable& tensors, Data data, const std::string& name) {
  std::vector<const TensorTable::value_type*> order;
  for (const auto& entry : tensors) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    const auto &left = a->second.bytes, &right = b->second.bytes;
    return std::pair(left.data(), left.size()) < std::pair(right.data(), right.size());
  });
  std::size_t covered = 0;
  for (const auto* entry : order) {
    const auto begin = static_cast<std::size_t>(entry->second.bytes.data() - data.data());
    if (begin < covered)
      throw FormatError(fmt::format("{}: {}: its data overlaps another tensor's", name, printable(entry->first)));
    if (begin > covered) {
      throw FormatError(fmt::format("{}: {}: {} bytes before its data belong to no tensor", name,
                                    printable(entry->first), begin - covered));
    }
    covered += entry->second.bytes.size();
  }
  if (covered != data.size()) {
    throw FormatError(
        fmt::format("{}: {} bytes after the last tensor belong to no tensor", name, data.size() - covered));
  }
}

template <typename Stored, typename Convert>
void convert(Data bytes, std::span<float> out, Convert to_float) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));  // a file's tensors may be unaligned
    out[i] = to_float(stored);
  }
}

}  // namespace

std::uint64_t element_count(const Shape& shape) {
  std::uint64_t count = 1;
  for (const std::uint64_t extent : shape) {
    if (__builtin_mul_overflow(count, extent, &count)) {
      throw FormatError(fmt::format("the shape {} has more elements than 64 bits can count", to_string(shape)));
    }
  }
  return count;
}

std::string to_string(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

SafetensorsContent parse_safetensors(Data file, const std::string& name) {
  const std::string_view header = header_text(file, name);
  const Data data = file.subspan(safetensors::kLengthBytes + header.size());
  const json::Document document = json::Document::parse(header, name);
  SafetensorsContent content;
  bool has_metadata = false;
  for (const auto& [key, entry] : document.root().object()) {
    if (key == safetensors::kMetadata) {
      if (std::exchange(has_metadata, true)) entry.fail("stands in the header twice");
      if (entry.is_null()) continue;
      for (const auto& [what, value] : entry.object()) {
        if (!content.metadata.emplace(what, value.string()).second) value.fail("stands in the metadata twice");
      }
    } else if (!content.tensors.emplace(key, parse_tensor(entry, data)).second) {
      entry.fail("stands in the header twice");
    }
  }
  check_cover(content.tensors, data, name);
  return content;
}

Safetensors::Safetensors(MappedFile file)
    : file_(std::move(file)), content_(parse_safetensors(file_.bytes(), file_.path().string())) {}

Safetensors Safetensors::open(const std::filesystem::path& path) { return Safetensors(MappedFile(path)); }

void to_f32(const StoredTensor& tensor, std::span<float> out) {
  const Data bytes = tensor.bytes;
  if (bytes.size() != out.size() * size_of(tensor.dtype)) {
    throw ArgumentError(
        fmt::format("{} bytes of {} do not fill {} places", bytes.size(), name_of(tensor.dtype), out.size()));
  }
  switch (tensor.dtype) {
    case DType::f32:
      if (!out.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
      return;
    case DType::f16: return convert<std::uint16_t>(bytes, out, half_to_float);
    case DType::bf16: return convert<std::uint16_t>(bytes, out, bfloat16_to_float);
    case DType::f64: return convert<double>(bytes, out, [](double value) { return static_cast<float>(value); });
    default: throw FormatError(fmt::format("{} elements cannot be read as f32", name_of(tensor.dtype)));
  }
}

}  // namespace mana::formats
