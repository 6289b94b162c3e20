#include "mana/cli/shell/text_input.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "mana/cli/shell/lists.h"
#include "mana/cli/shell/output.h"

namespace mana::cli {

void TextInput::describe(Options& options) {
  options.arguments("TEXT", "Texts; without any and without --input, lines of standard input", texts);
  describe_file(options);
}

void TextInput::describe_file(Options& options) {
  options.option("--input", "FILE",
                 "A file with one text a line, JSON lines, a JSON array, or a table (.tsv, .csv); - is standard input",
                 input);
  options.option("--field", "NAME", "The field of a JSON object that holds its text (default: text)", field);
  options.option("--column", "NAME", "The column of a table that holds the texts (default: text)", column);
  describe_input_format(options, form);
}

void TextInput::describe_keep(Options& options) {
  options.option("--keep", "NAMES", "Columns or fields of the file that go into the rows, in front: id,title", keep);
  options.known_as("carried", "--keep");
}

std::vector<std::string> TextInput::carried() const { return list_of(keep.value_or("")); }

void TextInput::check() const {
  if (keep && keep->empty()) throw UsageError("--keep names no column: give some, id,title");
  if (field && column) throw UsageError("--field is for JSON and --column for tables: give one of them");
  if (form && (field || column)) {
    const bool json = form == data::InputForm::json || form == data::InputForm::jsonl;
    const bool table = form == data::InputForm::tsv || form == data::InputForm::csv;
    if ((field && !json) || (column && !table)) {
      throw UsageError(fmt::format("{} and --input-format {} contradict each other: give one of them",
                                   field ? "--field" : "--column", data::name_of(*form)));
    }
  }
  if (!texts.empty()) {
    if (input) throw UsageError("texts come from the arguments or from --input, not from both");
    if (field || column || form || keep) {
      throw UsageError("--field, --column, --keep and --input-format belong to a file of texts: give it with --input");
    }
  }
}

data::TextSource TextInput::open(const data::Waiting& waiting) const {
  check();
  if (!texts.empty()) {
    return [next = texts.begin(), end = texts.end()](std::string& text) mutable {
      if (next == end) return false;
      text = *next++;
      return true;
    };
  }
  const std::string path = input.value_or("-");
  if (path == "-" && ::isatty(STDIN_FILENO) != 0) note("reading texts from the terminal, one a line; Ctrl-D ends them");
  reading_ = std::make_shared<Reading>(path, data::TextFormat{form, field, column, carried()}, waiting);
  return [reading = reading_](std::string& text) {
    reading->ended = !reading->file.next(text);
    reading->texts += reading->ended ? 0 : 1;
    return !reading->ended;
  };
}

std::vector<std::string> TextInput::read_all(bool quiet, const data::Waiting& waiting) const {
  std::vector<std::string> all;
  const data::TextSource source = open(waiting);
  for (std::string text; source(text);) all.push_back(text);
  if (all.empty()) throw ArgumentError(fmt::format("{} holds no text", name()));
  note_mistakes(quiet);
  return all;
}

std::span<const data::RowValue> TextInput::carried_values() const { return reading_->file.carried(); }

std::optional<std::uint64_t> TextInput::expected_texts() const {
  if (!texts.empty()) return texts.size();
  if (!reading_) return std::nullopt;
  if (reading_->ended) return reading_->texts;
  // Files are read in blocks: of one that lies whole in the last of them, nothing is told.
  const std::uint64_t position = reading_->file.position(), size = reading_->file.size().value_or(0);
  if (position == 0 || position >= size) return std::nullopt;
  const double share = static_cast<double>(position) / static_cast<double>(size);
  return static_cast<std::uint64_t>(static_cast<double>(reading_->texts) / share);
}

void TextInput::add_to(std::vector<GivenPath>& inputs) const {
  if (texts.empty()) inputs.push_back({input ? "--input" : "standard input", input.value_or("-")});
}

void TextInput::note_mistakes(bool quiet) const {
  if (reading_) cli::note_mistakes(reading_->file.notes(), quiet);
}

void advance(Progress& progress, std::uint64_t more, const TextInput& input) {
  if (const auto texts = input.expected_texts()) progress.estimate_total(*texts);
  progress.advance(more);
}

void describe_input_format(Options& options, std::optional<data::InputForm>& form) {
  options.choice<data::InputForm>("--input-format", "Form of the file; without it, as it begins and is called",
                                  {{"lines", data::InputForm::lines},
                                   {"jsonl", data::InputForm::jsonl},
                                   {"json", data::InputForm::json},
                                   {"tsv", data::InputForm::tsv},
                                   {"csv", data::InputForm::csv}},
                                  form);
}

void note_mistakes(const data::ReadingNotes& notes, bool quiet) {
  if (quiet) return;
  for (const std::string& sentence : notes.sentences()) note(sentence);
}

}  // namespace mana::cli
