#include "mana/jobs/embedding_format.h"

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "mana/base/errors.h"
#include "mana/formats/npy.h"
#include "mana/jobs/json_text.h"

namespace mana::jobs {
namespace {

static_assert(std::endian::native == std::endian::little, ".npy is written as the numbers lie in memory");

void append_carried_members(std::string& out, const RowText& text) {
  for (std::size_t i = 0; i < text.values.size(); ++i) {
    append_string(out, text.names[i]);
    out += ':';
    if (text.values[i].is_string) {
      append_string(out, text.values[i].text);
    } else {
      out += text.values[i].text;
    }
    out += ',';
  }
}

void append_carried_fields(std::string& out, const RowText& text) {
  for (std::size_t i = 0; i < text.values.size(); ++i) {
    const data::RowValue& value = text.values[i];
    if (value.text.find_first_of("\t\r\n") != std::string::npos) {
      throw FormatError(
          fmt::format("{} \"{}\" has a tab or a line end, which a table with tabs has no way to hold: "
                      "take jsonl",
                      text.names[i], value.text));
    }
    if (value.is_string || value.text != "null") out += value.text;
    out += '\t';
  }
}

void append_token_members(std::string& out, const engine::TextInfo& info) {
  fmt::format_to(std::back_inserter(out), "\"tokens\":{},\"truncated\":{}}}\n", info.tokens, info.truncated);
}

/// Calls append(element) for each element of the bytes, with separators between.
template <class Element, class Append>
void append_elements(std::string& out, std::span<const std::byte> bytes, char separator, Append append) {
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(Element)) {
    Element element;
    std::memcpy(&element, bytes.data() + at, sizeof(element));
    if (at > 0) out += separator;
    append(element);
  }
}

void append_numbers(std::string& out, const StoredRow& row, char separator) {
  const auto append_real = [&](float value) { append_number(out, value); };
  const auto append_integer = [&](int value) { fmt::format_to(std::back_inserter(out), "{}", value); };
  switch (row.dtype) {
    case DType::f16:
      return append_elements<std::uint16_t>(out, row.bytes, separator,
                                            [&](std::uint16_t bits) { append_real(half_to_float(bits)); });
    case DType::i8: return append_elements<std::int8_t>(out, row.bytes, separator, append_integer);
    case DType::u8: return append_elements<std::uint8_t>(out, row.bytes, separator, append_integer);
    default: return append_elements<float>(out, row.bytes, separator, append_real);
  }
}

}  // namespace

std::string_view name_of(EmbeddingFormat format) {
  switch (format) {
    case EmbeddingFormat::jsonl: return "jsonl";
    case EmbeddingFormat::npy: return "npy";
    case EmbeddingFormat::tsv: return "tsv";
  }
  return "?";
}

std::filesystem::path token_counts_of(const std::filesystem::path& output) { return output.string() + ".tokens.jsonl"; }

std::string head_of(EmbeddingFormat format, std::size_t rows, std::size_t columns, DType dtype) {
  return format == EmbeddingFormat::npy ? formats::npy_header(rows, columns, dtype) : std::string();
}

void append_row(std::string& out, EmbeddingFormat format, const StoredRow& row, const engine::TextInfo& info,
                const RowText& text) {
  switch (format) {
    case EmbeddingFormat::jsonl:
      out += '{';
      append_carried_members(out, text);
      if (text.text) {
        out += "\"text\":";
        append_string(out, *text.text);
        out += ',';
      }
      out += "\"embedding\":[";
      append_numbers(out, row, ',');
      out += "],";
      append_token_members(out, info);
      break;
    case EmbeddingFormat::npy: out.append(reinterpret_cast<const char*>(row.bytes.data()), row.bytes.size()); break;
    case EmbeddingFormat::tsv:
      append_carried_fields(out, text);
      append_numbers(out, row, '\t');
      out += '\n';
      break;
  }
}

void append_token_count(std::string& out, const engine::TextInfo& info, const RowText& text) {
  out += '{';
  append_carried_members(out, text);
  append_token_members(out, info);
}

}  // namespace mana::jobs
