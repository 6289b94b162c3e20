#include "mana/base/foreign_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "mana/base/errors.h"

namespace mana {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";
constexpr std::string_view kSpace = " \t\r\n";

std::string_view without_mark_and_space(std::string_view text) {
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text;
}

/// Whether `text` begins with `lower`, whatever its case.
bool begins_with(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
         });
}

/// What is there in the place of a file.
std::optional<std::string> stand_in(std::string_view bytes) {
  const std::string_view text = without_mark_and_space(bytes);
  if (text.starts_with("version https://git-lfs.github.com/spec/")) {
    std::string of;
    if (const std::size_t size = text.find("\nsize "); size != std::string_view::npos) {
      const std::string_view digits = text.substr(size + 6, 20);
      of = fmt::format(" of {} bytes", digits.substr(0, digits.find_first_not_of("0123456789")));
    }
    return fmt::format(
        "is a pointer of git lfs, not the file itself{}: run \"git lfs pull\" in the clone, or download the file", of);
  }
  for (const std::string_view begin : {"<!doctype html", "<html", "<head", "<body"}) {
    if (begins_with(text, begin)) {
      return "is a web page, not the file that was asked for: download it again, with the access that it needs";
    }
  }
  for (const std::string_view begin : {"<?xml", "<error"}) {
    if (begins_with(text, begin)) return "is XML, perhaps a server's refusal: download the file again";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> foreign_content(std::string_view bytes) {
  if (bytes.empty()) return "is empty: download it again";
  if (auto found = stand_in(bytes)) return found;
  using namespace std::string_view_literals;
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kForms = {{
      {"PK\x03\x04"sv, "a ZIP archive (PyTorch's pickles are such)"},
      {"GGUF"sv, "a GGUF file"},
      {"\x89HDF\r\n"sv, "an HDF5 file (TensorFlow's weights are such)"},
      {"\x1F\x8B"sv, "packed by gzip"},
      {"\x28\xB5\x2F\xFD"sv, "packed by zstd"},
      {"BZh"sv, "packed by bzip2"},
      {"\xFD"
       "7zXZ"sv,
       "packed by xz"},
      {"\x93NUMPY"sv, "an array of NumPy"},
      {"%PDF"sv, "a PDF document"},
  }};
  for (const auto& [begin, what] : kForms) {
    if (bytes.starts_with(begin)) return fmt::format("is {}, not the file that its name promises", what);
  }
  if (bytes.size() > 2 && bytes[0] == '\x80' && bytes[1] >= '\x02' && bytes[1] <= '\x05') {
    return "is a pickle of Python, which is not safe to read: convert it";
  }
  return std::nullopt;
}

std::optional<std::string> foreign_content(std::span<const std::byte> bytes) {
  return foreign_content(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void refuse_stand_in(std::string_view bytes, const std::string& name) {
  if (const auto found = stand_in(bytes)) throw FormatError(fmt::format("{} {}", name, *found));
}

}  // namespace mana
