#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mana/cli/shell/options.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/data/text_source.h"

namespace mana::cli {

/// The texts that a command works on: its arguments, a file, or standard input where neither is given.
struct TextInput {
  std::vector<std::string> texts;
  std::optional<std::string> input;
  std::optional<std::string> field;
  std::optional<std::string> column;
  std::optional<data::InputForm> form;

  void describe(Options& options);
  /// --input and what belongs to it, without texts as arguments.
  void describe_file(Options& options);
  /// The form of a file is told by its beginning and its name (data/input_form.h); --input-format, --field and --column
  /// say it for any file. Throws UsageError when the options contradict each other, IoError, FormatError.
  data::TextSource open(const data::Waiting& waiting = {}) const;
  /// Adds the file that open() reads, if it reads one.
  void add_to(std::vector<GivenPath>& inputs) const;
  /// Where open() reads from, if no texts are arguments: the name of a file, or standard input.
  std::string name() const { return input.value_or("-") == "-" ? "standard input" : *input; }
  /// Tells, after the reading, what was read in spite of a mistake.
  void note_mistakes(bool quiet) const;

 private:
  mutable std::shared_ptr<data::TextFile> file_;  // of the last open()
};

/// --input-format and what it takes.
void describe_input_format(Options& options, std::optional<data::InputForm>& form);
/// Tells what was read in spite of a mistake.
void note_mistakes(const data::ReadingNotes& notes, bool quiet);

}  // namespace mana::cli
