#include "mana/cli/shell/row_patterns.h"

#include <charconv>
#include <cstddef>
#include <string>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/json.h"

namespace mana::cli {
namespace {

/// The same key, or one that a pattern's star stands for: "negative*" is negative, negative_1, negative_2, …
bool matches(std::string_view pattern, std::string_view key) {
  if (!pattern.ends_with('*')) return pattern == key;
  pattern.remove_suffix(1);
  if (!key.starts_with(pattern)) return false;
  key.remove_prefix(pattern.size());
  return key.empty() || (key.front() == '_' && count_in(key.substr(1)));
}

}  // namespace

Fields split(std::string_view line, char separator) {
  Fields fields;
  for (std::size_t end = 0; end != line.npos;) {
    end = line.find(separator);
    fields.push_back(line.substr(0, end));
    line.remove_prefix(end == line.npos ? line.size() : end + 1);
  }
  return fields;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

bool are_all_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == text.npos;
}

bool is_number(std::string_view text) { return are_all_of(text, "0123456789+-.einfa"); }  // inf and nan, too

std::optional<std::uint64_t> count_in(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(count) : std::nullopt;
}

bool every_line(const FileBeginning& file, const std::function<bool(std::string_view)>& ours) {
  std::string_view rest = file.bytes;
  for (std::size_t end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
    if (!ours(rest.substr(0, end))) return false;
    rest.remove_prefix(end + 1);
  }
  const bool broken_off = file.bytes.size() < file.size;
  return rest.size() < file.bytes.size() ? rest.empty() || broken_off : broken_off && ours(rest);
}

bool are_named(const Fields& names, std::initializer_list<std::string_view> patterns) {
  auto name = names.begin();
  for (std::string_view pattern : patterns) {
    const bool may_be_missing = pattern.ends_with('?');
    if (may_be_missing) pattern.remove_suffix(1);
    const bool fits = name != names.end() && matches(pattern, *name);
    if (!fits && !may_be_missing) return false;
    if (fits) ++name;
    while (fits && pattern.ends_with('*') && name != names.end() && matches(pattern, *name)) ++name;
  }
  return name == names.end();
}

namespace {

/// The keys of a line's JSON object; nothing where it is none.
std::optional<std::vector<std::string>> keys_of(std::string_view line) {
  try {
    const json::Document row = json::Document::parse(line, "");
    if (!row.root().is_object()) return std::nullopt;
    std::vector<std::string> keys;
    for (const auto& [key, value] : row.root().object()) keys.emplace_back(key);
    return keys;
  } catch (const FormatError&) {
    return std::nullopt;
  }
}

}  // namespace

bool has_keys(std::string_view line, std::initializer_list<std::string_view> patterns) {
  const auto keys = keys_of(line);
  return keys && are_named({keys->begin(), keys->end()}, patterns);
}

bool has_last_keys(std::string_view line, std::initializer_list<std::string_view> patterns) {
  const auto keys = keys_of(line);
  if (!keys || keys->size() < patterns.size()) return false;
  return are_named({keys->end() - static_cast<std::ptrdiff_t>(patterns.size()), keys->end()}, patterns);
}

}  // namespace mana::cli
