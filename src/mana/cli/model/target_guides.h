#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mana/cli/shell/options.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/data/text_source.h"
#include "mana/generate/options.h"
#include "mana/text/tokenizer.h"

namespace mana::cli {

/// What `mana translate` is told of the translations themselves: how they begin, and what never appears in them.
struct TargetGuides {
  std::optional<std::string> prefix;         ///< of all
  std::optional<std::string> prefixes;       ///< a file with one for each
  std::optional<std::string> prefix_column;  ///< of that file
  std::optional<std::string> suppressed;     ///< a file of texts

  void describe(Options& options);
  /// Throws UsageError for options that do not go together.
  void check(const Options& options, const std::string& input) const;
  void add_to(std::vector<GivenPath>& inputs) const;

  /// What each translation begins with; empty where nothing was said. Throws IoError, FormatError.
  data::TextSource open_prefixes(const data::Waiting& waiting) const;
  /// Whether there are prefixes that no text has taken. After the last text.
  bool prefixes_are_left() const;
  /// The tokens of each text that never appears. Throws IoError; FormatError where the file holds no text, or one that
  /// is the end of a translation: none would ever be complete.
  std::vector<std::vector<generate::Token>> suppressed_rows(const text::Tokenizer& target, generate::Token end) const;

 private:
  mutable std::shared_ptr<data::TextFile> file_;  // of open_prefixes()
};

}  // namespace mana::cli
