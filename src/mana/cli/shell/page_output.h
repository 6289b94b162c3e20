#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mana/cli/shell/options.h"
#include "mana/cli/shell/output_paths.h"

namespace mana::cli {

/// Where a command puts a page that a browser shows, beside what it prints: --html FILE, and --force.
struct PageOutput {
  std::optional<std::string> html;
  bool force = false;

  void describe(Options& options);
  /// Throws ArgumentError when a file is there that is no page of this kind (pages/page.h), or one that is read; and
  /// UsageError for a name of another form. To be called before any work is done.
  void check(std::string_view kind, const std::vector<GivenPath>& inputs = {}) const;
  /// Makes the page and writes it; does neither without --html. Throws IoError.
  void write(const std::function<std::string()>& page) const;
};

}  // namespace mana::cli
