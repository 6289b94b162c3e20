#include "mana/data/training_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "mana/base/errors.h"
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

/// The columns that hold texts and labels, where the format leaves that open.
RowFormat settled(const std::filesystem::path& path, RowFormat format) {
  const std::vector<std::string> columns = column_names(path);
  if (format.labels.empty()) {
    std::copy_if(columns.begin(), columns.end(), std::back_inserter(format.labels), is_label);
    if (format.label == RowLabel::category) format.labels.resize(std::min<std::size_t>(1, format.labels.size()));
  }
  if (format.texts.empty()) {
    std::copy_if(columns.begin(), columns.end(), std::back_inserter(format.texts), [&](const std::string& column) {
      return !is_label(column) && std::find(format.labels.begin(), format.labels.end(), column) == format.labels.end();
    });
  }
  const std::size_t texts = format.texts.size();
  if (texts < format.least_texts || texts > format.most_texts) {
    throw FormatError(
        fmt::format("{}: {}{} column{} of texts {} needed, but there {} {}{}{}; name the right ones with --columns",
                    path.string(), format.least_texts == format.most_texts ? "" : "at least ", format.least_texts,
                    format.least_texts == 1 ? "" : "s", format.least_texts == 1 ? "is" : "are",
                    texts == 1 ? "is" : "are", texts, texts == 0 ? "" : ": ", fmt::join(format.texts, ", ")));
  }
  if (format.label == RowLabel::none) {
    format.labels.clear();
  } else if (format.labels.empty()) {
    throw FormatError(fmt::format("{}: a {} is needed, but no column is called {}, only {}; name it with --label",
                                  path.string(), format.label == RowLabel::category ? "class" : "score",
                                  fmt::join(kLabelNames, ", "), fmt::join(columns, ", ")));
  }
  return format;
}

std::vector<std::string> all_columns(const RowFormat& format) {
  std::vector<std::string> columns = format.texts;
  columns.insert(columns.end(), format.labels.begin(), format.labels.end());
  return columns;
}

}  // namespace

struct TrainingRowReader::State {
  State(const std::filesystem::path& path, const RowFormat& wanted)
      : format(settled(path, wanted)), records(path, all_columns(format)) {}

  RowFormat format;
  RecordReader records;
  std::vector<std::string> texts;
  std::vector<double> numbers;
  std::string category;
};

TrainingRowReader::TrainingRowReader(const std::filesystem::path& path, const RowFormat& format)
    : state_(std::make_unique<State>(path, format)) {}
TrainingRowReader::~TrainingRowReader() = default;
TrainingRowReader::TrainingRowReader(TrainingRowReader&&) noexcept = default;

bool TrainingRowReader::next(TrainingRow& row) {
  State& state = *state_;
  const RowFormat& format = state.format;
  if (!state.records.next()) return false;
  state.texts.clear();
  for (std::size_t i = 0; i < format.texts.size(); ++i) {
    state.texts.push_back(state.records.text(i));
    if (state.texts.back().find_first_not_of(" \t\r\n") == std::string::npos) {
      throw FormatError(fmt::format("{} is empty; fill it in or remove the row", state.records.place(i)));
    }
  }
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

const std::vector<std::string>& TrainingRowReader::texts() const { return state_->format.texts; }

}  // namespace mana::data
