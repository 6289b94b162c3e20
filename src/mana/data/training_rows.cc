#include "mana/data/training_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>
#include <string_view>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/data/column_meaning.h"
#include "mana/data/record_reader.h"
#include "mana/data/training_columns.h"
#include "mana/data/unpacker.h"

namespace mana::data {
namespace {

std::string range(double least, double greatest) {
  if (std::isinf(greatest)) return fmt::format("from {} on", least);
  return fmt::format("from {} to {}", least, greatest);
}

bool is_number(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n"), end = text.find_last_not_of(" \t\r\n") + 1;
  double number = 0;
  const auto [stop, error] = std::from_chars(text.data() + begin, text.data() + end, number);
  return error == std::errc() && stop == text.data() + end;
}

/// Whether a row may be one text and nothing else, and no column is named.
bool may_be_lines(const RowFormat& format) {
  return format.least_texts == 1 && format.order == TextOrder::any && format.label == RowLabel::none &&
         format.texts.empty() && format.labels.empty();
}

/// "texts.txt", "TEXTS.TXT.GZ"
bool is_called_txt(const std::filesystem::path& path) {
  const std::string name = path.string();
  return std::ranges::equal(std::filesystem::path(unpacked_name(name)).extension().string(), std::string_view(".txt"),
                            [](char found, char wanted) {
                              return found == wanted || (found >= 'A' && found <= 'Z' && found + 32 == wanted);
                            });
}

struct OpenedRecords {
  RecordReader records;
  bool whole_lines = false;  ///< raw text, a row in each line
};

/// Where texts alone are wanted, a file of lines (".txt") may hold one in each.
OpenedRecords open(const std::filesystem::path& path, const RowFormat& format) {
  if (!may_be_lines(format) || !is_called_txt(path)) return {RecordReader(path)};
  LineReader lines(path);
  const InputForm form = form_of(lines);
  if (form != InputForm::lines) return {RecordReader(std::move(lines), form)};
  return {RecordReader(TableReader::of_lines(std::move(lines))), true};
}

/// Whether a line of raw text is rather the header of a table: of several columns, or a name that everybody knows.
bool is_like_header(const std::string& line) {
  if (line.find('\t', line.find_first_not_of(" \t")) != std::string::npos) return true;
  const ColumnMeaning meaning = column_meanings(std::span(&line, 1)).front();
  return meaning != ColumnMeaning::unknown && meaning != ColumnMeaning::id;
}

/// The format with the columns that the file has for it.
RowFormat settled(RowFormat format, const TrainingColumns& columns) {
  format.texts = columns.texts;
  format.labels = columns.labels;
  return format;
}

std::vector<std::string> all_columns(const RowFormat& format) {
  std::vector<std::string> columns = format.texts;
  columns.insert(columns.end(), format.labels.begin(), format.labels.end());
  return columns;
}

}  // namespace

struct TrainingRowReader::State {
  State(const std::filesystem::path& path, const RowFormat& wanted) : State(path, wanted, open(path, wanted)) {}
  State(const std::filesystem::path& path, const RowFormat& wanted, OpenedRecords opened)
      : name(path.string()),
        records(std::move(opened.records)),
        whole_lines(opened.whole_lines),
        names(records.columns()),
        columns(settle_columns(path, names, wanted)),
        format(settled(wanted, columns)),
        guessed_columns(wanted.texts.empty()),
        only_numbers(columns.guessed) {
    records.select(all_columns(format));
    lost_line = may_be_lines(wanted) && names.size() == 1 && !columns.guessed.empty();
  }

  /// What the first line is, where that is not certain.
  void judge_first_line() {
    if (whole_lines && is_like_header(texts.front())) {
      doubt = fmt::format(
          "{}: each line is a text, the first one (\"{}\") too, which looks like the header of a table; call a table "
          ".tsv or .csv",
          name, printable(texts.front()));
    } else if (lost_line && !records.is_json()) {
      doubt = fmt::format(
          "{}: the first line (\"{}\") is taken as the header, not learned; if it is a text, give a file called .txt, "
          "each line of which is one",
          name, printable(names.front()));
    }
  }

  /// What the first object lacks is nowhere: its fields alone said what is read.
  void refuse_further_fields() const {
    if (!records.is_json()) return;
    for (const auto& [field, value] : records.root().object()) {
      if (std::ranges::find(names, field) != names.end()) continue;
      throw FormatError(fmt::format(
          "{}:{}: the field \"{}\" is not in the first row, which says what is read; give all rows the same "
          "fields, or name the columns with `columns`",
          name, records.line(), printable(field)));
    }
  }

  /// Scores or ids under a name that says nothing would be learned as texts.
  void refuse_numbers() const {
    if (only_numbers.empty() || rows < kTellingRows) return;
    throw FormatError(
        fmt::format("{}: the column {} holds nothing but numbers; if they are texts name the columns of "
                    "texts with `columns`, if they are scores or classes with `label`",
                    name, only_numbers.front()));
  }

  static constexpr std::uint64_t kTellingRows = 2;

  std::string name;
  RecordReader records;
  bool whole_lines;
  std::vector<std::string> names;
  TrainingColumns columns;
  RowFormat format;
  bool guessed_columns;
  std::vector<std::string> texts;
  std::vector<double> numbers;
  std::string category;
  std::uint64_t rows = 0;
  bool lost_line = false;                 ///< the only name says nothing, and may be a text
  std::string doubt;                      ///< about the first line, a sentence
  std::vector<std::string> only_numbers;  ///< columns of which nothing but their place says that they hold texts
};

TrainingRowReader::TrainingRowReader(const std::filesystem::path& path, const RowFormat& format)
    : state_(std::make_unique<State>(path, format)) {}
TrainingRowReader::~TrainingRowReader() = default;
TrainingRowReader::TrainingRowReader(TrainingRowReader&&) noexcept = default;

bool TrainingRowReader::next(TrainingRow& row) {
  State& state = *state_;
  const RowFormat& format = state.format;
  if (!state.records.next()) {
    state.refuse_numbers();
    return false;
  }
  ++state.rows;
  if (state.guessed_columns) state.refuse_further_fields();
  state.texts.clear();
  for (std::size_t i = 0; i < format.texts.size(); ++i) {
    state.texts.push_back(state.records.text(i));
    if (state.texts.back().find_first_not_of(" \t\r\n") == std::string::npos) {
      throw FormatError(fmt::format("{} is empty; fill it in or remove the row", state.records.place(i)));
    }
  }
  if (state.rows == 1) state.judge_first_line();
  std::erase_if(state.only_numbers, [&](const std::string& column) {
    const auto place = std::ranges::find(format.texts, column) - format.texts.begin();
    return !is_number(state.texts[static_cast<std::size_t>(place)]);
  });
  state.numbers.clear();
  for (std::size_t i = 0; i < format.labels.size(); ++i) {
    const std::size_t place = format.texts.size() + i;
    if (format.label == RowLabel::category) {
      state.category = state.records.label(place);
      continue;
    }
    const double number = state.records.number(place);
    if (number < format.least || number > format.greatest) {
      throw FormatError(fmt::format("{} is {}, but the loss takes numbers {}", state.records.place(place), number,
                                    range(format.least, format.greatest)));
    }
    state.numbers.push_back(number);
  }
  row = {.texts = state.texts, .numbers = state.numbers, .category = state.category, .line = state.records.line()};
  return true;
}

ReadingNotes TrainingRowReader::notes() const {
  ReadingNotes notes = state_->records.notes();
  notes.first_line = state_->doubt;
  return notes;
}

const std::vector<std::string>& TrainingRowReader::texts() const { return state_->format.texts; }

std::vector<ColumnRole> TrainingRowReader::columns() const { return column_roles(state_->columns, state_->format); }

}  // namespace mana::data
