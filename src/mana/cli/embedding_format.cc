#include "mana/cli/embedding_format.h"

#include <fmt/format.h>

#include <bit>
#include <iterator>

#include "mana/cli/json_text.h"
#include "mana/formats/npy.h"

namespace mana::cli {
namespace {

static_assert(std::endian::native == std::endian::little, ".npy is written as the numbers lie in memory");

void append_token_members(std::string& out, const engine::TextInfo& info) {
  fmt::format_to(std::back_inserter(out), "\"tokens\":{},\"truncated\":{}}}\n", info.tokens, info.truncated);
}

void append_numbers(std::string& out, std::span<const float> vector, char separator) {
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (i > 0) out += separator;
    append_number(out, vector[i]);
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

EmbeddingFormat format_of(const std::filesystem::path& path) {
  if (path.extension() == ".npy") return EmbeddingFormat::npy;
  if (path.extension() == ".tsv") return EmbeddingFormat::tsv;
  return EmbeddingFormat::jsonl;
}

std::filesystem::path token_counts_of(const std::filesystem::path& output) { return output.string() + ".tokens.jsonl"; }

std::string head_of(EmbeddingFormat format, std::size_t rows, std::size_t dimensions) {
  return format == EmbeddingFormat::npy ? formats::npy_header(rows, dimensions) : std::string();
}

void append_row(std::string& out, EmbeddingFormat format, std::span<const float> vector, const engine::TextInfo& info,
                std::optional<std::string_view> text) {
  switch (format) {
    case EmbeddingFormat::jsonl:
      out += '{';
      if (text) {
        out += "\"text\":";
        append_string(out, *text);
        out += ',';
      }
      out += "\"embedding\":[";
      append_numbers(out, vector, ',');
      out += "],";
      append_token_members(out, info);
      break;
    case EmbeddingFormat::npy: out.append(reinterpret_cast<const char*>(vector.data()), vector.size_bytes()); break;
    case EmbeddingFormat::tsv:
      append_numbers(out, vector, '\t');
      out += '\n';
      break;
  }
}

void append_token_count(std::string& out, const engine::TextInfo& info) {
  out += '{';
  append_token_members(out, info);
}

}  // namespace mana::cli
