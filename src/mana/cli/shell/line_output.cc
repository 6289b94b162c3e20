#include "mana/cli/shell/line_output.h"

#include <algorithm>

#include "mana/base/printable.h"
#include "mana/cli/shell/output.h"

namespace mana::cli {

LineOutput::LineOutput(const std::optional<std::string>& path) {
  if (!path || *path == "-") return;
  file_.emplace(*path);
  compression_ = data::compression_named(*path);
}

void LineOutput::write(std::string_view lines) {
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  if (compression_ != nullptr) {
    waiting_ += lines;
    if (waiting_.size() >= kBlock) flush();
  } else if (file_) {
    file_->write(lines);
  } else {
    print(lines);
  }
}

void LineOutput::flush() {
  file_->write(compression_->pack(waiting_));
  waiting_.clear();
}

void LineOutput::commit() {
  if (compression_ != nullptr) flush();  // a file of no lines is packed, too
  if (file_) file_->commit();
}

std::string table_field(std::string_view text) {
  std::string field(text);
  std::ranges::replace_if(
      field, [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
  return escaped(field);
}

}  // namespace mana::cli
