#include "mana/formats/ctranslate2.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/foreign_file.h"
#include "mana/base/printable.h"
#include "mana/base/valid_utf8.h"

namespace mana::formats {
namespace {

constexpr std::uint32_t kOldest = 2, kNewest = 6;
constexpr std::uint32_t kWithAliases = 3, kWithTypes = 4;
constexpr std::string_view kScale = "_scale";

/// The fields of a file, one after the other.
class FieldReader {
 public:
  FieldReader(std::span<const std::byte> file, const std::string& name) : file_(file), rest_(file), name_(name) {}

  [[noreturn]] void fail(std::string_view what) const { throw FormatError(fmt::format("{}: {}", name_, what)); }

  std::span<const std::byte> bytes(std::uint64_t size) {
    if (size > rest_.size()) {
      fail(fmt::format("{} bytes are to follow byte {}, but there are only {}; download the file again", size,
                       file_.size() - rest_.size(), rest_.size()));
    }
    const std::span<const std::byte> taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  template <class Integer>
  Integer integer() {
    Integer value;
    std::memcpy(&value, bytes(sizeof(value)).data(), sizeof(value));
    return value;
  }

  /// Its length, which counts the NUL at its end, and the bytes.
  std::string string() {
    const std::size_t place = file_.size() - rest_.size();
    const std::span<const std::byte> taken = bytes(integer<std::uint16_t>());
    const std::string_view text(reinterpret_cast<const char*>(taken.data()), taken.size());
    if (text.empty() || text.find('\0') != text.size() - 1 || !is_utf8(text)) {
      fail(fmt::format("the name at byte {} is no text with a NUL at its end", place));
    }
    return std::string(text.substr(0, text.size() - 1));
  }

  void require_end() const {
    if (!rest_.empty()) fail(fmt::format("{} bytes follow its last field", rest_.size()));
  }

 private:
  std::span<const std::byte> file_;
  std::span<const std::byte> rest_;
  const std::string& name_;
};

DType type_numbered(const FieldReader& fields, const std::string& variable, unsigned number) {
  constexpr DType kTypes[] = {DType::f32, DType::i8, DType::i16, DType::i32, DType::f16, DType::bf16};
  if (number >= std::size(kTypes)) {
    fields.fail(fmt::format("variable {} is of type {}, which is not known here", printable(variable), number));
  }
  return kTypes[number];
}

/// What files without types mean by the bytes of an element.
DType type_of_width(const FieldReader& fields, const std::string& variable, unsigned bytes) {
  switch (bytes) {
    case 4: return DType::f32;
    case 2: return DType::i16;
    case 1: return DType::i8;
    default: break;
  }
  fields.fail(
      fmt::format("variable {} has elements of {} bytes; they must have 1, 2 or 4", printable(variable), bytes));
}

StoredTensor read_variable(FieldReader& fields, const std::string& name, std::uint32_t version) {
  StoredTensor tensor;
  tensor.shape.resize(fields.integer<std::uint8_t>());
  for (std::uint64_t& extent : tensor.shape) extent = fields.integer<std::uint32_t>();
  const unsigned type = fields.integer<std::uint8_t>();
  tensor.dtype = version >= kWithTypes ? type_numbered(fields, name, type) : type_of_width(fields, name, type);
  std::uint64_t said = fields.integer<std::uint32_t>();
  if (version < kWithTypes) said *= size_of(tensor.dtype);  // elements, not bytes
  std::uint64_t size = size_of(tensor.dtype);
  for (const std::uint64_t extent : tensor.shape) {
    if (!__builtin_mul_overflow(size, extent, &size)) continue;
    fields.fail(fmt::format("the size of variable {}, {}, overflows", printable(name), to_string(tensor.shape)));
  }
  if (said != size) {
    fields.fail(fmt::format("variable {} is to have {} bytes, but {} {} takes {}", printable(name), said,
                            name_of(tensor.dtype), to_string(tensor.shape), size));
  }
  tensor.bytes = fields.bytes(size);
  return tensor;
}

void add(const FieldReader& fields, TensorTable& table, const std::string& name, const StoredTensor& tensor) {
  if (!table.emplace(name, tensor).second) fields.fail(fmt::format("variable {} stands twice", printable(name)));
}

/// Other names of variables, and with them of their scales.
void read_aliases(FieldReader& fields, TensorTable& table) {
  const auto count = fields.integer<std::uint32_t>();
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string alias = fields.string();
    const std::string variable = fields.string();
    const auto found = table.find(variable);
    if (found == table.end()) {
      fields.fail(
          fmt::format("{} is to be another name of {}, which is no variable", printable(alias), printable(variable)));
    }
    add(fields, table, alias, StoredTensor(found->second));
    const auto scale = table.find(variable + std::string(kScale));
    if (scale != table.end()) table.emplace(alias + std::string(kScale), StoredTensor(scale->second));
  }
}

template <class Integer>
void divide(std::span<const std::byte> bytes, std::span<const float> scales, std::span<float> values) {
  const std::size_t columns = scales.empty() ? 0 : values.size() / scales.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    Integer q;
    std::memcpy(&q, bytes.data() + i * sizeof(q), sizeof(q));
    values[i] = static_cast<float>(q) / scales[i / columns];
  }
}

template <class Integer>
double first_of(std::span<const std::byte> bytes) {
  Integer value;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return static_cast<double>(value);
}

}  // namespace

Ctranslate2Content parse_ctranslate2(std::span<const std::byte> file, const std::string& name) {
  if (const auto found = foreign_content(file)) throw FormatError(fmt::format("{} {}", name, *found));
  FieldReader fields(file, name);
  Ctranslate2Content content;
  content.version = fields.integer<std::uint32_t>();
  if (content.version < kOldest || content.version > kNewest) {
    fields.fail(
        fmt::format("begins with {}, where a model.bin of CTranslate2 has its version, {} to {}; convert the "
                    "model afresh",
                    content.version, kOldest, kNewest));
  }
  content.specification = fields.string();
  content.revision = fields.integer<std::uint32_t>();
  const auto count = fields.integer<std::uint32_t>();
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string variable = fields.string();
    add(fields, content.variables, variable, read_variable(fields, variable, content.version));
  }
  if (content.version >= kWithAliases) read_aliases(fields, content.variables);
  fields.require_end();
  return content;
}

bool is_ctranslate2(std::span<const std::byte> file) {
  constexpr std::string_view kBegin = "Transformer";
  std::uint32_t version = 0;
  constexpr std::size_t kName = sizeof version + sizeof(std::uint16_t);
  if (file.size() < kName + kBegin.size()) return false;
  std::memcpy(&version, file.data(), sizeof version);
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  return version >= kOldest && version <= kNewest && text.substr(kName).starts_with(kBegin);
}

bool holds_ctranslate2(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "model.bin";
  return file_exists(path) && !has_stored_weights(folder) && is_ctranslate2(MappedFile(path).bytes());
}

Ctranslate2::Ctranslate2(MappedFile file)
    : file_(std::move(file)), name_(file_->path().string()), content_(parse_ctranslate2(file_->bytes(), name_)) {}

Ctranslate2::Ctranslate2(std::span<const std::byte> file, std::string name)
    : name_(std::move(name)), content_(parse_ctranslate2(file, name_)) {}

Ctranslate2 Ctranslate2::open(const std::filesystem::path& path) { return Ctranslate2(MappedFile(path)); }

const StoredTensor* Ctranslate2::find(std::string_view variable) const {
  const auto found = content_.variables.find(variable);
  return found == content_.variables.end() ? nullptr : &found->second;
}

const StoredTensor& Ctranslate2::at(std::string_view variable) const {
  if (const StoredTensor* found = find(variable)) return *found;
  throw FormatError(fmt::format("{}: there is no variable {}", name_, printable(variable)));
}

std::vector<float> Ctranslate2::scales(std::string_view variable, const StoredTensor& integers) const {
  constexpr float kOfOldFiles = 1000;
  const std::string name = std::string(variable) + std::string(kScale);
  if (integers.dtype == DType::i16 && find(name) == nullptr) return {kOfOldFiles};
  const StoredTensor& stored = at(name);
  std::vector<float> scales(element_count(stored.shape));
  const bool by_row = !integers.shape.empty() && scales.size() == integers.shape.front();
  if (stored.dtype != DType::f32 || (scales.size() != 1 && !by_row)) {
    throw FormatError(fmt::format("{}: {} is {} {}; it must be a number, or one for each row of {}", name_,
                                  printable(name), name_of(stored.dtype), to_string(stored.shape),
                                  to_string(integers.shape)));
  }
  to_f32(stored, scales);
  for (const float scale : scales) {
    if (std::isfinite(scale) && scale > 0) continue;
    throw FormatError(
        fmt::format("{}: {} has the value {}; it must be a number above 0", name_, printable(name), scale));
  }
  return scales;
}

std::vector<float> Ctranslate2::f32(std::string_view variable) const {
  const StoredTensor& stored = at(variable);
  std::vector<float> values(element_count(stored.shape));
  switch (stored.dtype) {
    case DType::i8: divide<std::int8_t>(stored.bytes, scales(variable, stored), values); break;
    case DType::i16: divide<std::int16_t>(stored.bytes, scales(variable, stored), values); break;
    case DType::f32:
    case DType::f16:
    case DType::bf16: to_f32(stored, values); break;
    default:
      throw FormatError(fmt::format("{}: variable {} is {}, where numbers with a fraction are needed", name_,
                                    printable(variable), name_of(stored.dtype)));
  }
  return values;
}

std::optional<double> Ctranslate2::number(std::string_view variable) const {
  const StoredTensor* stored = find(variable);
  if (stored == nullptr) return std::nullopt;
  if (element_count(stored->shape) != 1) {
    throw FormatError(fmt::format("{}: variable {} has shape {}, where a single number is needed", name_,
                                  printable(variable), to_string(stored->shape)));
  }
  double value = 0;
  switch (stored->dtype) {
    case DType::i8: value = first_of<std::int8_t>(stored->bytes); break;
    case DType::i16: value = first_of<std::int16_t>(stored->bytes); break;
    case DType::i32: value = first_of<std::int32_t>(stored->bytes); break;
    default: value = f32(variable).front();
  }
  if (!std::isfinite(value)) {
    throw FormatError(fmt::format("{}: variable {} is {}, which is no number", name_, printable(variable), value));
  }
  return value;
}

}  // namespace mana::formats
