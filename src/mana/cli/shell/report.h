#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace mana::cli {

/// What a report looks like to a person: a line for each member, its name and its value.
struct ReportLines {
  std::size_t width = 20;        ///< letters of a name, with what follows it
  std::string real = "{:.4f}";   ///< how a number that is not whole is written
  std::string nothing = "null";  ///< what stands for a value that there is not
  std::string hidden = {};       ///< a member that people know already
  bool names_as_words = false;   ///< "words per second" for words_per_second
};

/// Prints an object as JSON, one line, or as lines for people. Members that are no plain values stand in the JSON only.
void print_report(const nlohmann::ordered_json& object, bool json, const ReportLines& lines = {});

/// The same where the text for people is another.
void print_report(const nlohmann::ordered_json& object, bool json, std::string_view text);

/// Prints JSON, in one line unless `indent` says otherwise; bytes that are not UTF-8 become U+FFFD.
void print_json(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace mana::cli
