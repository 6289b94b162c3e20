#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "mana/cli/shell/replaceable_file.h"

/// What rows of a file look like, for who has to know a file again (file_kinds.h).
namespace mana::cli {

using Fields = std::vector<std::string_view>;

/// What stands between the separators; one field, perhaps empty, where there is none.
Fields split(std::string_view line, char separator);
std::string_view first_line(std::string_view text);

/// Whether there is a line, and every line that the beginning has whole is `ours`.
bool every_line(const FileBeginning& file, const std::function<bool(std::string_view)>& ours);

/// Not empty, and of these characters alone.
bool are_all_of(std::string_view text, std::string_view characters);
bool is_number(std::string_view text);
/// The whole number that a text is; nothing where it is none.
std::optional<std::uint64_t> count_in(std::string_view text);

/// Whether these are the names, in their order: "text?" may be missing, and "negative*" is any number of negative,
/// negative_1, negative_2, …
bool are_named(const Fields& names, std::initializer_list<std::string_view> patterns);
/// The same of the keys of a line's JSON object.
bool has_keys(std::string_view line, std::initializer_list<std::string_view> patterns);
/// The same of the last of them; before these there may be others.
bool has_last_keys(std::string_view line, std::initializer_list<std::string_view> patterns);

}  // namespace mana::cli
