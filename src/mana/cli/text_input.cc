#include "mana/cli/text_input.h"

#include <unistd.h>

#include <string_view>
#include <utility>

#include "mana/cli/output.h"
#include "mana/data/line_reader.h"
#include "mana/data/unpacker.h"

namespace mana::cli {

void TextInput::describe(Options& options) {
  options.arguments("TEXT", "Texts; without any and without --input, lines of standard input", texts);
  describe_file(options);
}

void TextInput::describe_file(Options& options) {
  options.option("--input", "FILE", "A file with one text a line, .jsonl or .tsv; - is standard input", input);
  options.option("--field", "NAME", "The field of a JSON object that holds its text (of a .jsonl file: text)", field);
  options.option("--column", "NAME", "The column of a table that holds the texts (of a .tsv file: text)", column);
}

data::TextSource TextInput::open(const data::Waiting& waiting) const {
  if (field && column) throw UsageError("--field is for JSON and --column for tables: give one of them");
  if (!texts.empty()) {
    if (input) throw UsageError("texts come from the arguments or from --input, not from both");
    if (field || column) throw UsageError("--field and --column belong to a file of texts: give it with --input");
    return [next = texts.begin(), end = texts.end()](std::string& text) mutable {
      if (next == end) return false;
      text = *next++;
      return true;
    };
  }
  const std::string path = input.value_or("-");
  if (path == "-" && ::isatty(STDIN_FILENO) != 0) note("reading texts from the terminal, one a line; Ctrl-D ends them");
  data::LineReader lines(path, waiting);
  const std::string_view name = data::unpacked_name(path);
  if (field || (!column && name.ends_with(".jsonl"))) {
    return data::texts_of_jsonl(std::move(lines), field.value_or("text"));
  }
  if (column || name.ends_with(".tsv")) return data::texts_of_tsv(std::move(lines), column.value_or("text"));
  return data::texts_of_lines(std::move(lines));
}

}  // namespace mana::cli
