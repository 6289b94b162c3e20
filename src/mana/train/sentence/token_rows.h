#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/data/batch_plan.h"
#include "mana/data/training_rows.h"
#include "mana/engine/encoder.h"
#include "mana/train/sentence/loss_data.h"

namespace mana::train {

/// The rows of one file as tokens, with what stands beside their texts: all that training needs of them, once.
struct TokenRows {
  std::string name;                       ///< the file
  std::vector<data::ColumnRole> columns;  ///< of the file, and what each was taken for; texts first, in their order
  data::RowFacts facts;                   ///< rows, texts of a row, their lengths and sums
  std::vector<text::TokenId> ids;         ///< of all texts, row after row
  std::vector<text::TokenId> types;       ///< theirs; empty where all are of type 0
  std::vector<std::size_t> begins = {0};  ///< [rows · texts + 1], where each text begins in `ids`
  std::size_t labels = 0;                 ///< numbers beside a row
  std::vector<float> label_values;        ///< [rows, labels]
  std::vector<std::uint32_t> lines;       ///< [rows], in the file
  std::size_t truncated = 0;              ///< texts that were cut
  data::ReadingNotes notes = {};          ///< what was read of the file in spite of a mistake

  std::size_t rows() const { return facts.rows; }
  std::span<const text::TokenId> text(std::size_t row, std::size_t column) const {
    const std::size_t i = row * facts.texts + column;
    return std::span(ids).subspan(begins[i], begins[i + 1] - begins[i]);
  }
  std::span<const text::TokenId> types_of(std::size_t row, std::size_t column) const {
    const std::size_t i = row * facts.texts + column;
    return types.empty() ? std::span<const text::TokenId>()
                         : std::span(types).subspan(begins[i], begins[i + 1] - begins[i]);
  }
};

/// The names of classes by number, in the order in which rows bring them.
struct Classes {
  std::vector<std::string> names;
  std::map<std::string, std::int32_t, std::less<>> numbers;

  std::int32_t number(std::string_view name);
};

/// Reads and tokenizes a file as the encoder would. What a loss takes decides on columns and labels; `format` may name
/// the columns. Numbers from `least` to `greatest` of the format are mapped to the loss's range by the caller, if at
/// all. Throws as TrainingRowReader, FormatError for a file without rows, Cancelled.
TokenRows read_token_rows(const std::filesystem::path& path, data::RowFormat format, const LossData& loss,
                          const engine::Encoder& encoder, Classes& classes, std::stop_token stop = {});

}  // namespace mana::train
