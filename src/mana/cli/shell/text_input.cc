#include "mana/cli/shell/text_input.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

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

data::TextSource TextInput::open(const data::Waiting& waiting) const {
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
    if (field || column || form) {
      throw UsageError("--field, --column and --input-format belong to a file of texts: give it with --input");
    }
    return [next = texts.begin(), end = texts.end()](std::string& text) mutable {
      if (next == end) return false;
      text = *next++;
      return true;
    };
  }
  const std::string path = input.value_or("-");
  if (path == "-" && ::isatty(STDIN_FILENO) != 0) note("reading texts from the terminal, one a line; Ctrl-D ends them");
  file_ = std::make_shared<data::TextFile>(path, data::TextFormat{form, field, column}, waiting);
  return [file = file_](std::string& text) { return file->next(text); };
}

void TextInput::add_to(std::vector<GivenPath>& inputs) const {
  if (texts.empty()) inputs.push_back({input ? "--input" : "standard input", input.value_or("-")});
}

void TextInput::note_mistakes(bool quiet) const {
  if (file_) cli::note_mistakes(file_->notes(), quiet);
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
