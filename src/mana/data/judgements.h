#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mana/data/line_reader.h"
#include "mana/data/record_reader.h"

namespace mana::data {

/// How relevant people found a document to be to a query, as a line of a file says it.
struct JudgementRow {
  std::string query;
  std::string document;
  double grade = 0;
  std::uint64_t line = 0;
};

/// Reads judgements ("qrels") in any of their forms, which the first line tells apart:
///   BEIR  columns query-id, corpus-id, score in any order, among others, of a table, CSV or JSON; or these three in
///         this order, with tabs between them, and no header
///   TREC  four fields without a header, with spaces or tabs between them: query, what is passed over, document, grade
class JudgementReader {
 public:
  /// Throws IoError; FormatError for a file without rows or of another form; ArgumentError for a header that lacks a
  /// column.
  explicit JudgementReader(const std::filesystem::path& path);

  /// Puts the next judgement into `row`; false at the end. Throws FormatError that names the line of an id that is
  /// empty, a grade that is no finite number, or a row of another width.
  bool next(JudgementRow& row);

  /// What was read in spite of a mistake, so far.
  ReadingNotes notes() const;

 private:
  /// Lines without a header.
  struct Plain {
    LineReader lines;
    bool tabs;
    std::size_t width;  ///< fields of a line: 3 or 4
    std::string line;
    bool waiting;  ///< the line that told the form has not been given yet
    std::vector<std::string_view> fields;
  };

  static std::variant<RecordReader, Plain> open(const std::filesystem::path& path);
  static bool next(RecordReader& rows, JudgementRow& row);
  static bool next(Plain& plain, JudgementRow& row);

  std::variant<RecordReader, Plain> rows_;
};

}  // namespace mana::data
