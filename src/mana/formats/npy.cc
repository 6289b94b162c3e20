#include "mana/formats/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/printable.h"

namespace mana::formats {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kHeaderBytes = 128;
constexpr std::uint64_t kMaxColumns = std::uint64_t{1} << 32;

/// What NumPy calls the types; those of one byte have no order of bytes.
constexpr std::array<std::pair<std::string_view, DType>, 5> kDescriptions = {
    {{"<f2", DType::f16}, {"<f4", DType::f32}, {"<f8", DType::f64}, {"|i1", DType::i8}, {"|u1", DType::u8}}};

/// The header is the text of a Python dictionary with three known keys; this reads that and no other Python.
class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  StoredTensor read() {
    std::optional<DType> dtype;
    std::optional<bool> fortran;
    std::optional<Shape> shape;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string();
      expect(':');
      if (key == "descr" && !dtype) {
        dtype = this->dtype();
      } else if (key == "fortran_order" && !fortran) {
        fortran = boolean();
      } else if (key == "shape" && !shape) {
        shape = tuple();
      } else {
        fail(fmt::format("its header has the key {} twice, or it is unknown", printable(key)));
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (!text_.empty()) fail("text follows the header's dictionary");
    if (!dtype || !fortran || !shape) fail("its header must have descr, fortran_order and shape");
    if (*fortran && shape->size() > 1) fail("it is in Fortran order; save it in C order");
    return {*dtype, *std::move(shape), {}};
  }

 private:
  [[noreturn]] void fail(std::string_view what) const { throw FormatError(fmt::format("{}: {}", name_, what)); }

  void skip_space() {
    while (!text_.empty() && std::isspace(static_cast<unsigned char>(text_.front()))) text_.remove_prefix(1);
  }

  bool accept(char wanted) {
    skip_space();
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(1);
    return true;
  }

  void expect(char wanted) {
    if (!accept(wanted)) fail(fmt::format("its header lacks a '{}'", wanted));
  }

  std::string_view string() {
    const char quote = accept('\'') ? '\'' : '"';
    if (quote == '"') expect('"');
    const std::size_t end = text_.find(quote);
    if (end == std::string_view::npos) fail("its header breaks off in a string");
    const std::string_view value = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return value;
  }

  DType dtype() {
    skip_space();
    if (!text_.starts_with('\'') && !text_.starts_with('"')) fail("it is an array of records, which is not supported");
    const std::string_view descr = string();
    for (const auto& [description, dtype] : kDescriptions) {
      if (descr == description) return dtype;
    }
    fail(fmt::format("its elements are {}; only <f2, <f4, <f8, |i1 and |u1 are supported", printable(descr)));
  }

  bool boolean() {
    skip_space();
    for (const auto& [word, value] : {std::pair{"True", true}, std::pair{"False", false}}) {
      if (text_.starts_with(word)) return text_.remove_prefix(std::strlen(word)), value;
    }
    fail("fortran_order must be True or False");
  }

  Shape tuple() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      skip_space();
      std::uint64_t extent = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), extent);
      if (error != std::errc()) fail("its shape must be numbers that fit 64 bits");
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      shape.push_back(extent);
      if (text_.starts_with('L')) text_.remove_prefix(1);  // how Python 2 wrote long numbers
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::string_view text_;
  const std::string& name_;
};

/// The text of the header, which ends where the data begin.
std::string_view header_text(std::span<const std::byte> file, const std::string& name) {
  const auto fail = [&](std::string_view what) -> std::string_view {
    throw FormatError(fmt::format("{}: {}", name, what));
  };
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (!text.starts_with(kMagic)) return fail("not an .npy file");
  const std::size_t version_at = kMagic.size();
  if (file.size() < version_at + 2) return fail("the .npy file breaks off in its header");
  const auto version = static_cast<unsigned>(file[version_at]);
  if (version < 1 || version > 3) return fail(fmt::format("version {} of .npy is not supported", version));
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  const std::size_t text_at = version_at + 2 + length_bytes;
  if (file.size() < text_at) return fail("the .npy file breaks off in its header");
  std::uint32_t length = 0;
  std::memcpy(&length, file.data() + version_at + 2, length_bytes);
  if (length > file.size() - text_at) return fail("the .npy file breaks off in its header");
  return text.substr(text_at, length);
}

void require_columns(std::uint64_t columns) {
  if (columns == 0 || columns > kMaxColumns)
    throw ArgumentError(fmt::format("an array cannot have {} columns", columns));
}

/// A partial file with the header that says "not finished", and after it the rows to keep.
PartialFile start(const std::filesystem::path& path, std::uint64_t columns, std::uint64_t keep_rows) {
  require_columns(columns);
  const std::string header = npy_header(0, columns);
  if (keep_rows == 0) {
    PartialFile file(path);
    file.write(header);
    return file;
  }
  const std::uint64_t found = NpyWriter::partial_rows(path, columns);
  if (found < keep_rows) {
    throw FormatError(
        fmt::format("{} has {} rows, not the {} to go on from", PartialFile::name_of(path).string(), found, keep_rows));
  }
  PartialFile file(path, kHeaderBytes + keep_rows * columns * sizeof(float));
  file.overwrite(0, std::as_bytes(std::span(header)));
  return file;
}

}  // namespace

StoredTensor parse_npy(std::span<const std::byte> file, const std::string& name) {
  const std::string_view header = header_text(file, name);
  StoredTensor array = HeaderReader(header, name).read();
  const auto* data = reinterpret_cast<const std::byte*>(header.data() + header.size());
  array.bytes = file.subspan(static_cast<std::size_t>(data - file.data()));
  std::uint64_t size = size_of(array.dtype);
  for (const std::uint64_t extent : array.shape) {
    if (__builtin_mul_overflow(size, extent, &size)) {
      throw FormatError(fmt::format("{}: the size of its shape {} overflows", name, to_string(array.shape)));
    }
  }
  if (array.bytes.size() != size) {
    throw FormatError(fmt::format("{}: {} bytes of data follow the header, but {} {} takes {}", name,
                                  array.bytes.size(), name_of(array.dtype), to_string(array.shape), size));
  }
  return array;
}

Npy::Npy(MappedFile file) : file_(std::move(file)), array_(parse_npy(file_.bytes(), file_.path().string())) {}

Npy Npy::open(const std::filesystem::path& path) { return Npy(MappedFile(path)); }

std::vector<float> Npy::f32() const {
  std::vector<float> values(array_.bytes.size() / size_of(array_.dtype));
  to_f32(array_, values);
  return values;
}

std::string npy_header(std::uint64_t rows, std::uint64_t columns, DType dtype) {
  const auto* const found = std::ranges::find(kDescriptions, dtype, &std::pair<std::string_view, DType>::second);
  if (found == kDescriptions.end()) {
    throw ArgumentError(fmt::format("an array of {} cannot be written as .npy", name_of(dtype)));
  }
  std::string header(kMagic);
  header += {'\x01', '\x00'};
  const std::size_t length = kHeaderBytes - header.size() - 2;
  header += {static_cast<char>(length), '\x00'};
  header += fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}), }}", found->first, rows, columns);
  header.resize(kHeaderBytes - 1, ' ');
  return header + '\n';
}

std::uint64_t NpyWriter::partial_rows(const std::filesystem::path& path, std::uint64_t columns) {
  require_columns(columns);
  const auto partial = PartialFile::name_of(path);
  if (!file_exists(partial)) return 0;
  const MappedFile file(partial);
  if (file.bytes().size() < kHeaderBytes) return 0;  // interrupted before the first row
  const std::uint64_t rows = (file.bytes().size() - kHeaderBytes) / (columns * sizeof(float));
  const std::string_view found(reinterpret_cast<const char*>(file.bytes().data()), kHeaderBytes);
  // The number of rows is there already if the work broke off between the header's correction and the new name.
  if (found != npy_header(0, columns) && found != npy_header(rows, columns)) {
    throw FormatError(fmt::format("{} is not an unfinished f32 array with {} columns; remove it to start afresh",
                                  partial.string(), columns));
  }
  return rows;
}

NpyWriter::NpyWriter(const std::filesystem::path& path, std::uint64_t columns, std::uint64_t keep_rows)
    : columns_(columns), rows_(keep_rows), file_(start(path, columns, keep_rows)) {}

void NpyWriter::write(std::span<const float> rows) {
  if (rows.size() % columns_ != 0) {
    throw ArgumentError(fmt::format("{} numbers are not whole rows of {}", rows.size(), columns_));
  }
  file_.write(std::as_bytes(rows));
  rows_ += rows.size() / columns_;
}

void NpyWriter::commit() {
  const std::string header = npy_header(rows_, columns_);
  file_.overwrite(0, std::as_bytes(std::span(header)));
  file_.commit();
}

}  // namespace mana::formats
