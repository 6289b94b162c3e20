#include "mana/data/training_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/data/record_reader.h"

namespace mana::data {
namespace {

constexpr std::array<std::string_view, 4> kLabelNames = {"score", "scores", "label", "labels"};

bool is_label(const std::string& name) {
  return std::find(kLabelNames.begin(), kLabelNames.end(), name) != kLabelNames.end();
}

std::string range(double least, double greatest) {
  if (std::isinf(greatest)) return fmt::format("from {} on", least);
  return fmt::format("from {} to {}", least, greatest);
}

}  // namespace

struct TrainingRowReader::State {
  State(const std::filesystem::path& path, const RowFormat& wanted)
      : name(path.string()), records(path), format(wanted) {
    const std::vector<std::string>& columns = records.columns();
    if (format.labels.empty()) {
      std::copy_if(columns.begin(), columns.end(), std::back_inserter(format.labels), is_label);
      if (format.label == RowLabel::category) format.labels.resize(std::min<std::size_t>(1, format.labels.size()));
    }
    if (format.texts.empty()) {
      for (const std::string& column : columns) {
        if (std::find(format.labels.begin(), format.labels.end(), column) == format.labels.end() && !is_label(column)) {
          format.texts.push_back(column);
        }
      }
    }
    require_columns();
    for (const std::string& column : format.texts) text_places.push_back(place_of(column));
    if (format.label == RowLabel::none) return;
    for (const std::string& column : format.labels) label_places.push_back(place_of(column));
  }

  void require_columns() const {
    const std::size_t texts = format.texts.size();
    const std::string have = fmt::format("{}", fmt::join(records.columns(), ", "));
    if (texts < format.least_texts || texts > format.most_texts) {
      const std::string wanted =
          format.least_texts == format.most_texts
              ? fmt::format("{} column{}", format.least_texts, format.least_texts == 1 ? "" : "s")
              : fmt::format("at least {} columns", format.least_texts);
      throw FormatError(
          fmt::format("{}: {} of texts are needed, but there {} {}: {}; name the right ones with --columns", name,
                      wanted, texts == 1 ? "is" : "are", texts, fmt::join(format.texts, ", ")));
    }
    if (format.label != RowLabel::none && format.labels.empty()) {
      throw FormatError(
          fmt::format("{}: a {} is needed, but no column is called {}: there are {}; name it with --label", name,
                      format.label == RowLabel::category ? "class" : "score", fmt::join(kLabelNames, ", "), have));
    }
  }

  std::size_t place_of(const std::string& column) const {
    const auto& columns = records.columns();
    const auto found = std::find(columns.begin(), columns.end(), column);
    if (found == columns.end()) {
      throw ArgumentError(
          fmt::format("{}: there is no column '{}', only {}", name, printable(column), fmt::join(columns, ", ")));
    }
    return static_cast<std::size_t>(found - columns.begin());
  }

  double number(const std::string& field, const std::string& column) const {
    double value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(value)) {
      throw FormatError(fmt::format("{}: {} must be a number, not '{}'", records.place(), column, printable(field)));
    }
    if (value < format.least || value > format.greatest) {
      throw FormatError(fmt::format("{}: {} is {}, but the loss takes numbers {}", records.place(), column, field,
                                    range(format.least, format.greatest)));
    }
    return value;
  }

  std::string name;
  RecordReader records;
  RowFormat format;
  std::vector<std::size_t> text_places, label_places;
  std::vector<std::string> fields, texts;
  std::vector<double> numbers;
};

TrainingRowReader::TrainingRowReader(const std::filesystem::path& path, const RowFormat& format)
    : state_(std::make_unique<State>(path, format)) {}
TrainingRowReader::~TrainingRowReader() = default;
TrainingRowReader::TrainingRowReader(TrainingRowReader&&) noexcept = default;

bool TrainingRowReader::next(TrainingRow& row) {
  State& state = *state_;
  if (!state.records.next(state.fields)) return false;
  state.texts.clear();
  for (std::size_t i = 0; i < state.text_places.size(); ++i) {
    std::string& text = state.fields[state.text_places[i]];
    if (text.empty()) {
      throw FormatError(
          fmt::format("{}: {} is empty; fill it in or remove the row", state.records.place(), state.format.texts[i]));
    }
    state.texts.push_back(text);
  }
  state.numbers.clear();
  row.category = {};
  for (std::size_t i = 0; i < state.label_places.size(); ++i) {
    const std::string& field = state.fields[state.label_places[i]];
    if (state.format.label == RowLabel::numbers) {
      state.numbers.push_back(state.number(field, state.format.labels[i]));
      continue;
    }
    if (field.empty()) {
      throw FormatError(fmt::format("{}: {} is empty; name the class of the row or remove it", state.records.place(),
                                    state.format.labels[i]));
    }
    row.category = field;
  }
  row.texts = state.texts;
  row.numbers = state.numbers;
  row.line = state.records.line();
  return true;
}

const std::vector<std::string>& TrainingRowReader::texts() const { return state_->format.texts; }

}  // namespace mana::data
