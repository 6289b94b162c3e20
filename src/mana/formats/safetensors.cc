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
#include "mana/base/foreign_file.h"
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

/// A short text where weights should be is what a server had to say about them.
std::optional<std::string> as_text(Data file) {
  constexpr std::size_t kLongest = 4096, kShown = 60;
  if (file.size() > kLongest) return std::nullopt;
  std::string text(reinterpret_cast<const char*>(file.data()), file.size());
  const auto is_text = [](char c) { return (c >= ' ' && c != 0x7F) || c == '\n' || c == '\r' || c == '\t'; };
  if (!std::ranges::all_of(text, is_text)) return std::nullopt;
  text = text.substr(0, std::min(kShown, text.find_first_of("\r\n")));
  return fmt::format("is a text, not weights: it begins with \"{}\"; download the file again", printable(text));
}

/// Says what lies under the name of weights when it is no safetensors file.
void refuse_foreign(Data file, const std::string& name) {
  auto found = foreign_content(file);
  if (!found) found = as_text(file);
  if (found) throw FormatError(fmt::format("{} {}", name, *found));
}

std::string_view header_text(Data file, const std::string& name) {
  constexpr std::size_t kBegin = safetensors::kLengthBytes;
  if (file.size() <= kBegin || static_cast<char>(file[kBegin]) != '{') refuse_foreign(file, name);
  const auto fail = [&](std::string_view what) -> std::string_view {
    throw FormatError(fmt::format("{}: not a safetensors file: {}", name, what));
  };
  if (file.size() < safetensors::kLengthBytes) return fail(fmt::format("it has only {} bytes", file.size()));
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), safetensors::kLengthBytes);
  if (length > safetensors::kMaxHeader)
    return fail(fmt::format("its header would have {} bytes, more than {}", length, safetensors::kMaxHeader));
  if (length > file.size() - safetensors::kLengthBytes) {
    throw FormatError(
        fmt::format("{}: the file is cut short: {} bytes of its header alone are missing; download it "
                    "again",
                    name, length - (file.size() - safetensors::kLengthBytes)));
  }
  const std::string_view text(reinterpret_cast<const char*>(file.data()) + safetensors::kLengthBytes, length);
  if (!text.starts_with('{')) return fail("its header does not begin with '{'");
  return text;
}

/// What stands in the header about a tensor, of whatever type.
struct Entry {
  std::string_view name;
  json::Value value;
  std::string_view type;
  Shape shape;
  std::uint64_t begin;  ///< of its bytes within the data
  std::uint64_t end;
};

Entry parse_entry(std::string_view name, const json::Value& value) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  std::set<std::string_view> keys;
  for (const auto& [key, member] : value.object()) {
    if (!keys.insert(key).second) value.fail(fmt::format("has {} twice", printable(key)));
  }
  Entry entry{name, value, value.at("dtype").string(), {}, 0, 0};
  for (const json::Value& extent : value.at("shape").array()) {
    entry.shape.push_back(static_cast<std::uint64_t>(extent.integer(0, kLargest)));
  }
  const json::Value offsets = value.at("data_offsets");
  const auto bounds = offsets.array();
  if (bounds.size() != 2) offsets.fail("must be a list of two numbers");
  entry.begin = static_cast<std::uint64_t>(bounds[0].integer(0, kLargest));
  entry.end = static_cast<std::uint64_t>(bounds[1].integer(static_cast<std::int64_t>(entry.begin), kLargest));
  return entry;
}

/// The bytes of as many elements as the shape has.
std::uint64_t bytes_of(const Entry& entry, std::uint64_t element) {
  std::uint64_t size = element;
  for (const std::uint64_t extent : entry.shape) {
    if (__builtin_mul_overflow(size, extent, &size)) {
      entry.value.at("shape").fail("is too large: its size overflows 64 bits");
    }
  }
  return size;
}

/// Its size must be that of its shape.
StoredTensor checked_tensor(const Entry& entry, DType dtype, Data bytes) {
  StoredTensor tensor{dtype, entry.shape, bytes};
  const std::uint64_t size = bytes_of(entry, size_of(dtype));
  if (tensor.bytes.size() != size) {
    entry.value.fail(fmt::format("has {} bytes of data, but {} {} takes {}", tensor.bytes.size(), name_of(tensor.dtype),
                                 to_string(tensor.shape), size));
  }
  return tensor;
}

/// Every byte of the data belongs to exactly one tensor.
void check_cover(const SafetensorsContent& content, Data data, const std::string& name) {
  std::vector<std::pair<Data, std::string_view>> order;
  for (const auto& [tensor, stored] : content.tensors) order.emplace_back(stored.bytes, tensor);
  for (const auto& [tensor, stored] : content.unread) order.emplace_back(stored.bytes, tensor);
  std::ranges::sort(order, {}, [](const auto& entry) { return std::pair(entry.first.data(), entry.first.size()); });
  std::size_t covered = 0;
  for (const auto& [bytes, tensor] : order) {
    const auto begin = static_cast<std::size_t>(bytes.data() - data.data());
    if (begin < covered)
      throw FormatError(fmt::format("{}: {}: its data overlaps another tensor's", name, printable(tensor)));
    if (begin > covered) {
      throw FormatError(fmt::format("{}: {}: {} bytes before its data belong to no tensor", name, printable(tensor),
                                    begin - covered));
    }
    covered += bytes.size();
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
  std::vector<Entry> entries;
  std::uint64_t end = 0;
  bool has_metadata = false;
  for (const auto& [key, value] : document.root().object()) {
    if (key == safetensors::kMetadata) {
      if (std::exchange(has_metadata, true)) value.fail("stands in the header twice");
      if (value.is_null()) continue;
      for (const auto& [what, text] : value.object()) {
        if (!content.metadata.emplace(what, text.string()).second) text.fail("stands in the metadata twice");
      }
      continue;
    }
    end = std::max(end, entries.emplace_back(parse_entry(key, value)).end);
  }
  if (end > data.size()) {
    throw FormatError(
        fmt::format("{}: the file is cut short: {} bytes are missing; download it again", name, end - data.size()));
  }
  std::set<std::string_view> names;
  for (const Entry& entry : entries) {
    if (!names.insert(entry.name).second) entry.value.fail("stands in the header twice");
    const Data bytes = data.subspan(entry.begin, entry.end - entry.begin);
    if (const auto dtype = dtype_named(entry.type)) {
      content.tensors.emplace(entry.name, checked_tensor(entry, *dtype, bytes));
    } else {
      bytes_of(entry, 1);  // that its elements can be counted
      content.unread.emplace(entry.name, UnreadTensor{std::string(entry.type), entry.shape, bytes});
    }
  }
  check_cover(content, data, name);
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
