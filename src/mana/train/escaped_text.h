#pragma once

#include <string>
#include <string_view>

namespace mana::train {

// Names and values, whatever they hold, as parts of a text that has a form of its own. Line ends and other control
// characters become spaces where the form has no other way.

/// Text that Markdown shows as it is, in a paragraph, a heading or a table's cell.
std::string plain_markdown(std::string_view text);

/// A word of the shell that is no option.
std::string shell_word(std::string_view text);

/// A string between double quotes, as YAML, JSON and Python read it.
std::string double_quoted(std::string_view text);

/// A YAML scalar that is a string: quoted where it might be read as anything else.
std::string yaml_string(std::string_view text);

}  // namespace mana::train
