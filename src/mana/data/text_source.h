#pragma once

#include <functional>
#include <string>

#include "mana/data/line_reader.h"

/// Texts from files, one at a time in bounded memory. Errors name file, line and field.
namespace mana::data {

/// Puts the next text into its argument, or returns false at the end.
using TextSource = std::function<bool(std::string&)>;

/// Every line is a text.
TextSource texts_of_lines(LineReader lines);
/// Every line is a JSON object; its member `field`, a string, is the text. Lines of white space only are passed over.
TextSource texts_of_jsonl(LineReader lines, std::string field);
/// One column of tab-separated values with a header. Throws ArgumentError when there is no such column.
TextSource texts_of_tsv(LineReader lines, const std::string& column);

}  // namespace mana::data
