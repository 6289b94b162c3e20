#pragma once

#include <string>
#include <string_view>

namespace mana::jobs {

/// Appends the shortest decimal that reads back as the same float; "null" for what is no number to JSON.
void append_number(std::string& json, float value);
/// Appends a JSON string; bytes that are not UTF-8 become U+FFFD.
void append_string(std::string& json, std::string_view text);

/// The shortest text that people would write for a number: 2e-5, 0.1, 100.
std::string shortest_text(double value);

}  // namespace mana::jobs
