#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/data/row_value.h"
#include "mana/engine/encoder.h"
#include "mana/tensor/dtype.h"

namespace mana::jobs {

enum class EmbeddingFormat {
  jsonl,  ///< {"embedding": […], "tokens": 5, "truncated": false}; in front what is carried along, and the text
  npy,    ///< NumPy's array [texts, columns] of the elements that are stored
  tsv     ///< numbers with tabs between them, behind what is carried along
};

/// "jsonl", "npy", "tsv"
std::string_view name_of(EmbeddingFormat format);

/// Whether the rows themselves say how many tokens a text has.
inline bool has_token_counts(EmbeddingFormat format) { return format == EmbeddingFormat::jsonl; }

/// Where the token counts of a file stand whose rows do not say them: "<output>.tokens.jsonl".
std::filesystem::path token_counts_of(const std::filesystem::path& output);

/// What stands before the rows, of the same length for any number of them.
std::string head_of(EmbeddingFormat format, std::size_t rows, std::size_t columns, DType dtype);

/// What is carried along with a text, in the order of the columns' names.
using CarriedValues = std::vector<data::RowValue>;

/// A text, as its row tells of it.
struct RowText {
  std::optional<std::string_view> text = {};  ///< where the row shows it
  std::span<const std::string> names = {};    ///< of the columns that are carried along
  std::span<const data::RowValue> values = {};
};

/// A vector as it is stored: elements of f32, f16, i8 or u8.
struct StoredRow {
  DType dtype = DType::f32;
  std::span<const std::byte> bytes;
};

/// Appends one vector. Integers are written as such; other numbers are the shortest decimals that read back as the same
/// floats. Throws FormatError where a value that is carried along has a tab or a line end, and the form is tsv.
void append_row(std::string& out, EmbeddingFormat format, const StoredRow& row, const engine::TextInfo& info,
                const RowText& text);

/// Appends {"tokens": 5, "truncated": false}, with what is carried along in front.
void append_token_count(std::string& out, const engine::TextInfo& info, const RowText& text);

}  // namespace mana::jobs
