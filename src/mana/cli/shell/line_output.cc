#include "mana/cli/shell/line_output.h"

#include <algorithm>

#include "mana/base/printable.h"
#include "mana/cli/shell/output.h"

namespace mana::cli {

LineOutput::LineOutput(const std::optional<std::string>& path) {
  if (path && *path != "-") file_.emplace(*path);
}

void LineOutput::write(std::string_view lines) {
  if (file_) {
    file_->write(lines);
  } else {
    print(lines);
  }
}

void LineOutput::commit() {
  if (file_) file_->commit();
}

std::string table_field(std::string_view text) {
  std::string field(text);
  std::ranges::replace_if(
      field, [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
  return escaped(field);
}

}  // namespace mana::cli
