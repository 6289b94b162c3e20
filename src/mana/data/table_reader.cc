#include "mana/data/table_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/printable.h"

namespace mana::data {
namespace {

/// How often a separator stands in a line outside quotes.
std::size_t count(std::string_view line, char separator) {
  bool quoted = false;
  std::size_t found = 0;
  for (const char c : line) {
    quoted = quoted != (c == '"');
    found += !quoted && c == separator ? 1 : 0;
  }
  return found;
}

char separator_of_csv(std::string_view header) {
  for (const char separator : {',', ';', '\t'}) {
    if (count(header, separator) > 0) return separator;
  }
  return ',';
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

}  // namespace

TableReader::TableReader(LineReader lines, std::optional<InputForm> form) : lines_(std::move(lines)) {
  if (!form) form = form_named(lines_.name());
  do {
    if (!lines_.next(line_)) {
      throw FormatError(fmt::format("{} is empty: a header of columns is missing", lines_.name()));
    }
  } while (line_.empty() && form == InputForm::csv);
  row_line_ = lines_.number();
  const bool tabs = form == InputForm::tsv || (form != InputForm::csv && count(line_, '\t') > 0);
  if (!tabs) {
    separator_ = separator_of_csv(line_);
    quoted_ = true;
  }
  split();
  if (ends_.size() > kMostColumns) {
    throw FormatError(
        fmt::format("{}: the header has {} columns, more than the {} that a table may have; leave out those "
                    "that are not texts, labels or scores",
                    place(), ends_.size(), kMostColumns));
  }
  for (const auto& [begin, end] : ends_) {
    const std::string_view name = std::string_view(quoted_ ? row_ : line_).substr(begin, end - begin);
    columns_.emplace_back(quoted_ ? trimmed(name) : name);
  }
}

TableReader TableReader::of_lines(LineReader lines) { return {std::move(lines), WholeLines()}; }

std::size_t TableReader::column(std::string_view name) const {
  const auto found = std::ranges::find(columns_, name);
  if (found == columns_.end()) {
    throw ArgumentError(fmt::format("{} has no column {}; its columns are {} (its first line)", lines_.name(), name,
                                    printable(fmt::format("{}", fmt::join(columns_, ", ")))));
  }
  if (std::find(found + 1, columns_.end(), name) != columns_.end()) {
    throw ArgumentError(fmt::format("{} has the column {} twice; give one of them another name", lines_.name(), name));
  }
  return static_cast<std::size_t>(found - columns_.begin());
}

std::string TableReader::place() const { return fmt::format("{}:{}", lines_.name(), row_line_); }

bool TableReader::next_line() {
  if (waiting_) {
    ++row_line_;
    if (blank_ > 0) {
      --blank_;
      return true;
    }
    waiting_ = false;
    return true;
  }
  do {
    if (!lines_.next(line_)) return false;
    row_line_ = lines_.number();
  } while (columns_.size() > 1 && line_.find_first_not_of(" \r") == std::string::npos);
  if (!line_.empty() || columns_.size() > 1) return true;
  const std::uint64_t first = row_line_;
  for (blank_ = 0; line_.empty(); ++blank_) {
    if (!lines_.next(line_)) return false;
  }
  row_line_ = first;
  --blank_;
  waiting_ = true;
  return true;
}

bool TableReader::next_whole_line(std::vector<std::string_view>& fields) {
  do {
    if (!lines_.next(line_)) return false;
  } while (line_.find_first_not_of(" \t\r") == std::string::npos);
  row_line_ = lines_.number();
  fields.assign(1, line_);
  return true;
}

bool TableReader::next(std::vector<std::string_view>& fields) {
  if (whole_lines_) return next_whole_line(fields);
  if (!next_line()) return false;
  fields.clear();
  if (waiting_) {  // a blank line before line_
    fields.emplace_back();
    return true;
  }
  split();
  for (const auto& [begin, end] : ends_) {
    fields.push_back(std::string_view(quoted_ ? row_ : line_).substr(begin, end - begin));
  }
  if (fields.size() != columns_.size()) {
    throw FormatError(fmt::format("{} has {} fields, but the header has {}{}", place(), fields.size(), columns_.size(),
                                  quoted_ ? "; a field with a separator in it needs quotes" : ""));
  }
  return true;
}

void TableReader::split() {
  ends_.clear();
  if (!quoted_) {
    std::size_t begin = 0;
    for (std::size_t tab = line_.find('\t'); tab != std::string::npos; tab = line_.find('\t', begin)) {
      ends_.emplace_back(begin, tab);
      begin = tab + 1;
    }
    ends_.emplace_back(begin, line_.size());
    return;
  }
  row_.clear();
  for (std::size_t at = 0;; ++at) {
    const std::size_t begin = row_.size();
    if (at < line_.size() && line_[at] == '"') {
      take_quoted(at);
    } else {
      const std::size_t end = std::min(line_.find(separator_, at), line_.size());
      row_.append(line_, at, end - at);
      at = end;
    }
    ends_.emplace_back(begin, row_.size());
    if (at == line_.size()) return;
  }
}

/// Goes on to the separator or line end behind a field that begins with a quote.
void TableReader::take_quoted(std::size_t& at) {
  for (++at;;) {
    const std::size_t quote = line_.find('"', at);
    row_.append(line_, at, std::min(quote, line_.size()) - at);
    if (quote != std::string::npos) {
      at = quote + 1;
      if (at == line_.size() || line_[at] == separator_) return;
      if (line_[at] != '"') {
        throw FormatError(fmt::format(
            "{}:{}: something stands behind the quote that ends a field; write a quote within a field twice",
            lines_.name(), lines_.number()));
      }
      row_ += '"';
      ++at;
      continue;
    }
    row_ += lines_.ending();
    if (row_.size() > kLongestRecord || !lines_.next(line_)) {
      throw FormatError(
          fmt::format("{}: a field of this row begins with a quote that is not closed; write a quote within a field "
                      "twice, and quotes around it",
                      place()));
    }
    at = 0;
  }
}

double TableReader::number(std::string_view field, std::string_view column) const {
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(value)) {
    throw FormatError(fmt::format("{}: {} must be a finite number, not '{}'", place(), column, printable(field)));
  }
  return value;
}

}  // namespace mana::data
