#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mana/base/progress.h"
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
  std::optional<std::string> keep;

  void describe(Options& options);
  /// --input and what belongs to it, without texts as arguments.
  void describe_file(Options& options);
  /// --keep, for commands whose rows have a place for it.
  void describe_keep(Options& options);
  /// The columns that are to be carried along.
  std::vector<std::string> carried() const;
  /// Throws UsageError when the options contradict each other.
  void check() const;
  /// The form of a file is told by its beginning and its name (data/input_form.h); --input-format, --field and --column
  /// say it for any file. Throws as check() does; IoError, FormatError.
  data::TextSource open(const data::Waiting& waiting = {}) const;
  /// All texts at once; told is what was read in spite of a mistake. Throws as open() and reading do, ArgumentError
  /// where there is none.
  std::vector<std::string> read_all(bool quiet, const data::Waiting& waiting) const;
  /// What is carried along with the text that came last.
  std::span<const data::RowValue> carried_values() const;
  /// How many texts there will be, as far as the part of the file tells that has been read; nothing where it does not.
  std::optional<std::uint64_t> expected_texts() const;
  /// Adds the file that open() reads, if it reads one.
  void add_to(std::vector<GivenPath>& inputs) const;
  /// Where open() reads from, if no texts are arguments: the name of a file, or standard input.
  std::string name() const { return input.value_or("-") == "-" ? "standard input" : *input; }
  /// Tells, after the reading, what was read in spite of a mistake.
  void note_mistakes(bool quiet) const;

 private:
  /// What was read of a file.
  struct Reading {
    Reading(const std::string& path, data::TextFormat format, const data::Waiting& waiting)
        : file(path, std::move(format), waiting) {}

    data::TextFile file;
    std::uint64_t texts = 0;
    bool ended = false;
  };
  mutable std::shared_ptr<Reading> reading_;  // since the last open()
};

/// So many texts more are done, and how many there will be is told as far as it is known.
void advance(Progress& progress, std::uint64_t more, const TextInput& input);
/// --input-format and what it takes.
void describe_input_format(Options& options, std::optional<data::InputForm>& form);
/// Tells what was read in spite of a mistake.
void note_mistakes(const data::ReadingNotes& notes, bool quiet);

}  // namespace mana::cli
