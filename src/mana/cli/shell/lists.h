#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace mana::cli {

/// The parts of "a,b,c", which lie in `text`: one at least, and empty where nothing stands between two commas.
inline std::vector<std::string_view> items_of(std::string_view text) {
  std::vector<std::string_view> items;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    items.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return items;
}

/// The same as texts of their own; none of an empty text, and none after a comma at the end.
inline std::vector<std::string> list_of(std::string_view text) {
  if (text.empty()) return {};
  std::vector<std::string> list;
  for (const std::string_view item : items_of(text)) list.emplace_back(item);
  if (text.ends_with(',')) list.pop_back();
  return list;
}

}  // namespace mana::cli
