#include "mana/formats/word_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/valid_utf8.h"
#include "mana/formats/fasttext.h"
#include "mana/formats/word2vec.h"
#include "mana/formats/word_row.h"

namespace mana::formats {
namespace {

/// Whether the bytes can be those of a text: UTF-8, and no control character but tabs and line ends.
bool is_text(std::string_view bytes) {
  const bool control = std::ranges::any_of(bytes, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < ' ' && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  });
  return !control && is_utf8(bytes);
}

/// What a file is that holds vectors in a form that nobody reads here, or none at all; empty for others.
std::string_view other_kind_of(std::string_view bytes) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kKinds = {
      {{"PK\x03\x04", "is a zip archive; unpack it and give one of its files"},
       {"BZh", "is packed by bzip2; unpack it"},
       {"\xFD"
        "7zXZ",
        "is packed by xz; unpack it"},
       {"\x1F\x8B", "is packed by gzip; unpack it"},
       {"\x28\xB5\x2F\xFD", "is packed by zstd; unpack it"},
       {"version https://git-lfs", "is a pointer of git-lfs, not the file itself; fetch that by git lfs pull"},
       {"<!DOCTYPE", "is a web page, not what was to be downloaded"},
       {"<!doctype", "is a web page, not what was to be downloaded"},
       {"<html", "is a web page, not what was to be downloaded"},
       {"\x80\x02", "is a pickle of Python, as gensim saves; save it by save_word2vec_format"}}};
  for (const auto& [beginning, kind] : kKinds) {
    if (bytes.starts_with(beginning)) return kind;
  }
  return {};
}

/// The file has a first line of two numbers. Bytes of numbers may happen to look like a text, and a text may happen to
/// have as many bytes as numbers would take, so the first row counts first, then what the first bytes can be, then what
/// fits.
WordFormat format_behind_header(std::span<const std::byte> file, const std::string& name) {
  constexpr std::size_t kLeastNumber = 2;  // bytes of one in a text, with what parts it from the next
  const Word2VecHeader header = parse_word2vec_header(file, name, kLeastNumber);
  const std::string_view rows =
      std::string_view(reinterpret_cast<const char*>(file.data()), file.size()).substr(header.end);
  const std::string_view first = rows.substr(0, rows.find('\n'));
  if (is_word_row(first, header.dimensions)) return WordFormat::word2vec_text;
  constexpr std::size_t kLooked = 4096;
  std::string_view looked = rows.substr(0, kLooked);
  if (looked.size() < rows.size()) looked = looked.substr(0, looked.find_last_of(" \t\n") + 1);  // whole characters
  if (!is_text(looked)) return WordFormat::word2vec_binary;
  return trailing_numbers(first) == 0 && is_word2vec_binary(file, name) ? WordFormat::word2vec_binary
                                                                        : WordFormat::word2vec_text;
}

}  // namespace

std::string_view name_of(WordFormat format) {
  switch (format) {
    case WordFormat::word2vec_text: return "word2vec text";
    case WordFormat::word2vec_binary: return "word2vec binary";
    case WordFormat::glove: return "GloVe";
    case WordFormat::fasttext: return "fastText";
    case WordFormat::npy: return "npy";
  }
  return "";
}

WordFormat word_format_of(std::span<const std::byte> file, const std::string& name) {
  const std::string_view all(reinterpret_cast<const char*>(file.data()), file.size());
  if (is_fasttext(file)) return WordFormat::fasttext;
  if (all.starts_with("\x93NUMPY")) return WordFormat::npy;
  if (all.starts_with("\xFF\xFE") || all.starts_with("\xFE\xFF")) {
    throw FormatError(fmt::format("{} is a text in UTF-16 or UTF-32; save it as UTF-8", name));
  }
  if (const std::string_view kind = other_kind_of(all); !kind.empty()) {
    throw FormatError(fmt::format("{} holds no word vectors: it {}", name, kind));
  }
  if (has_word2vec_header(file)) return format_behind_header(file, name);
  if (is_glove(file)) return WordFormat::glove;
  throw FormatError(
      fmt::format("{} holds no word vectors: word2vec's text or binary form, GloVe's, fastText's .bin or .vec, "
                  "or .npy with a .vocab is needed",
                  name));
}

}  // namespace mana::formats
