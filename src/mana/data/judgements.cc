#include "mana/data/judgements.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/data/input_form.h"

namespace mana::data {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr const char* kQuery = "query-id";
constexpr const char* kDocument = "corpus-id";
constexpr const char* kGrade = "score";

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// Whether the first line says that names stand for the columns.
bool has_names(std::string_view line) { return contains(line, kQuery) || contains(line, kDocument); }

/// The first line that is not blank, before anything is read.
std::string first_line(LineReader& lines) {
  std::string_view text = lines.beginning();
  while (true) {
    const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    const std::size_t end = text.find('\n', begin);
    if (end != std::string_view::npos || !lines.extend_beginning()) return std::string(text.substr(begin, end - begin));
    text = lines.beginning();
  }
}

/// The fields between tabs, each of them; or those between runs of blanks.
void split(std::string_view line, bool tabs, std::vector<std::string_view>& fields) {
  fields.clear();
  const std::string_view separators = tabs ? std::string_view("\t") : kBlanks;
  while (true) {
    if (!tabs) {
      line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
      if (line.empty()) return;
    }
    const std::size_t end = line.find_first_of(separators);
    fields.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

std::string_view trimmed(std::string_view field) {
  field.remove_prefix(std::min(field.find_first_not_of(kBlanks), field.size()));
  return field.substr(0, field.find_last_not_of(kBlanks) + 1);
}

bool read_number(std::string_view field, double& value) {
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  return error == std::errc() && end == field.data() + field.size() && std::isfinite(value);
}

bool next_filled(LineReader& lines, std::string& line) {
  while (lines.next(line)) {
    if (line.find_first_not_of(kBlanks) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

JudgementReader::JudgementReader(const std::filesystem::path& path) : rows_(open(path)) {}

std::variant<RecordReader, JudgementReader::Plain> JudgementReader::open(const std::filesystem::path& path) {
  LineReader lines(path);
  const std::string first = first_line(lines);
  const InputForm form = form_of(lines);
  const bool json = form == InputForm::json || form == InputForm::jsonl;
  if (json || has_names(first)) {
    const InputForm table = contains(first, "\t") ? InputForm::tsv : InputForm::csv;
    RecordReader rows(std::move(lines), json ? form : table);
    rows.select({kQuery, kDocument, kGrade});
    return rows;
  }
  Plain plain{std::move(lines), true, 0, {}, true, {}};
  if (!next_filled(plain.lines, plain.line)) {
    throw FormatError(fmt::format("{} is empty: it should say which documents are relevant", plain.lines.name()));
  }
  split(plain.line, true, plain.fields);
  plain.tabs = plain.fields.size() == 3 || plain.fields.size() == 4;
  if (!plain.tabs) split(plain.line, false, plain.fields);
  plain.width = plain.fields.size();
  double grade = 0;
  const bool known = plain.width == 4 || (plain.tabs && plain.width == 3);
  if (!known || !read_number(trimmed(plain.fields.back()), grade)) {
    throw FormatError(
        fmt::format("{}: '{}' is neither a header with the columns query-id, corpus-id and score nor a judgement: "
                    "query, document and grade with tabs between them, or the four fields of TREC's qrels",
                    plain.lines.place(), printable(plain.line)));
  }
  return plain;
}

ReadingNotes JudgementReader::notes() const {
  const auto* plain = std::get_if<Plain>(&rows_);
  return plain != nullptr ? plain->lines.notes() : std::get<RecordReader>(rows_).notes();
}

bool JudgementReader::next(JudgementRow& row) {
  return std::visit([&](auto& rows) { return next(rows, row); }, rows_);
}

bool JudgementReader::next(RecordReader& rows, JudgementRow& row) {
  if (!rows.next()) return false;
  row = {rows.label(0), rows.label(1), rows.number(2), rows.line()};
  return true;
}

bool JudgementReader::next(Plain& plain, JudgementRow& row) {
  if (!std::exchange(plain.waiting, false) && !next_filled(plain.lines, plain.line)) return false;
  split(plain.line, plain.tabs, plain.fields);
  if (plain.fields.size() != plain.width) {
    throw FormatError(fmt::format("{} has {} fields, but the first line has {}", plain.lines.place(),
                                  plain.fields.size(), plain.width));
  }
  const std::string_view query = plain.fields[0];
  const std::string_view document = plain.fields[plain.width - 2];
  if (query.empty() || document.empty()) {
    throw FormatError(fmt::format("{}: {} is empty", plain.lines.place(), query.empty() ? kQuery : kDocument));
  }
  const std::string_view grade = trimmed(plain.fields.back());
  double value = 0;
  if (!read_number(grade, value)) {
    throw FormatError(
        fmt::format("{}: score must be a finite number, not '{}'", plain.lines.place(), printable(grade)));
  }
  row = {std::string(query), std::string(document), value, plain.lines.number()};
  return true;
}

}  // namespace mana::data
