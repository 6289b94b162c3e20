#pragma once

#include <string>

#include "mana/cli/shell/output.h"
#include "mana/jobs/found_columns.h"

namespace mana::cli {

/// Columns that options name, or else as jobs::find_columns() finds them; that is told unless it is `quiet`.
template <class Columns>
void find_columns(const std::string& file, Columns& columns, bool quiet) {
  const std::string found = jobs::find_columns(file, columns);
  if (!quiet && !found.empty()) note(found);
}

}  // namespace mana::cli
