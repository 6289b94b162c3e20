#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mana/cli/options.h"
#include "mana/data/text_source.h"

namespace mana::cli {

/// The texts that a command works on: its arguments, a file, or standard input where neither is given.
struct TextInput {
  std::vector<std::string> texts;
  std::optional<std::string> input;
  std::optional<std::string> field;
  std::optional<std::string> column;

  void describe(Options& options);
  /// --input and what belongs to it, without texts as arguments.
  void describe_file(Options& options);
  /// A file whose name ends in .jsonl holds JSON objects, one in .tsv a table, any other one text a line; --field and
  /// --column say so for any file. Throws UsageError when the options contradict each other, IoError.
  data::TextSource open(const data::Waiting& waiting = {}) const;
};

}  // namespace mana::cli
