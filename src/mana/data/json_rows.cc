#include "mana/data/json_rows.h"

#include <fmt/format.h>

#include <utility>

#include "mana/base/errors.h"
#include "mana/base/valid_utf8.h"
#include "mana/text/repaired_text.h"

namespace mana::data {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

JsonRows::JsonRows(LineReader lines, InputForm form) : lines_(std::move(lines)), form_(form), notes_(lines_.notes()) {}

std::string JsonRows::place() const { return fmt::format("{}:{}", lines_.name(), line_); }

bool JsonRows::next() {
  if (!(form_ == InputForm::jsonl ? next_line() : next_value())) return false;
  if (!is_utf8(text_)) {
    notes_.encoding = lines_.notes().encoding;
    notes_.broken.add(line_);
    text_ = std::string(text::RepairedText(text_).text());
  }
  row_ = json::Document::parse(text_, place());
  if (row_->half_characters() > 0) notes_.halves.add(line_);
  if (const auto key = row_->root().doubled_key()) {
    if (notes_.doubled.count == 0) notes_.key = *key;
    notes_.doubled.add(line_);
  }
  return true;
}

bool JsonRows::next_line() {
  do {
    if (!lines_.next(text_)) return false;
  } while (text_.find_first_not_of(" \t\r") == std::string::npos);
  line_ = lines_.number();
  return true;
}

bool JsonRows::fill() {
  while (at_ == piece_.size()) {
    piece_ = lines_.piece();
    at_ = 0;
    if (piece_.empty()) return false;
  }
  return true;
}

bool JsonRows::to_value() {
  for (; fill(); ++at_) {
    if (!is_space(front())) return true;
    if (front() == '\n') ++line_here_;
  }
  return false;
}

void JsonRows::fail(std::string_view what) const {
  throw FormatError(fmt::format("{}:{}: {}", lines_.name(), line_here_, what));
}

bool JsonRows::next_value() {
  constexpr std::string_view kBreaksOff = "the array breaks off; copy or write the file again";
  if (where_ == Place::beginning) {
    const bool array = to_value() && front() == '[';
    if (array) ++at_;
    where_ = array ? Place::in_array : Place::between;
    if (array && to_value() && front() == ']') {
      ++at_;
      where_ = Place::behind;
    }
  } else if (where_ == Place::in_array) {
    if (!to_value()) fail(kBreaksOff);
    if (front() != ',' && front() != ']') fail("a comma or the end of the array must stand behind its elements");
    if (front() == ']') where_ = Place::behind;
    ++at_;
  }
  const bool more = to_value();
  if (where_ == Place::behind) {
    if (more) fail("something follows the array; give a file with one array, or one object a line (.jsonl)");
    return false;
  }
  if (!more) {
    if (where_ == Place::in_array) fail(kBreaksOff);
    return false;
  }
  take_value();
  return true;
}

void JsonRows::take_value() {
  line_ = line_here_;
  text_.clear();
  std::size_t depth = 0;
  bool in_string = false;
  bool escaped = false;
  while (fill()) {
    const std::size_t begin = at_;
    bool done = false;
    for (; at_ < piece_.size() && !done; ++at_) {
      const char c = front();
      if (c == '\n') ++line_here_;
      if (in_string) {
        if (escaped) {
          escaped = false;
        } else if (c == '\\') {
          escaped = true;
        } else if (c == '"') {
          in_string = false;
          done = depth == 0;
        }
        continue;
      }
      if (c == '"') {
        in_string = true;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if (depth > 0 && (c == '}' || c == ']')) {
        done = --depth == 0;
      } else if (depth == 0 && (is_space(c) || c == ',' || c == ']' || c == '}')) {  // behind a number or a word
        if (c == '\n') --line_here_;
        break;
      }
    }
    text_ += piece_.substr(begin, at_ - begin);
    if (done || at_ < piece_.size()) break;
    if (text_.size() > kLongestRecord) {
      fail(
          fmt::format("the value that begins at line {} has more than {} MiB; rows must be the elements of one array, "
                      "or one object a line",
                      line_, kLongestRecord >> 20U));
    }
  }
  // What is no beginning of a value: the parser says so.
  if (text_.empty()) text_ += piece_[at_++];
}

}  // namespace mana::data
