#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mana/data/line_reader.h"

/// What form a file of texts or rows is in.
namespace mana::data {

enum class InputForm : std::uint8_t {
  lines,  ///< a text in each line
  jsonl,  ///< a JSON object (or a string, which is a text) in each line
  json,   ///< an array of JSON objects or strings, or such values one after the other, over any lines
  tsv,    ///< a table: a header, tabs between fields, nothing quoted
  csv     ///< a table: a header, commas (or semicolons or tabs, as the header has) between fields, quotes (RFC 4180)
};

/// "lines", "jsonl", "json", "tsv", "csv"
std::string_view name_of(InputForm form);

/// The form that a file's name says, in capitals or not, whatever has packed it: .jsonl and .ndjson, .json, .tsv and
/// .tab, .csv. Nothing for any other name.
std::optional<InputForm> form_named(std::string_view name);

/// The form of a file from which nothing was read: JSON where it begins as such, an array or an object, whatever its
/// name; else what the name says, else lines. Waits for as much of the beginning as that needs.
InputForm form_of(LineReader& lines);

}  // namespace mana::data
