#include "mana/hub/shown_address.h"

#include <algorithm>

namespace mana::hub {

std::string shown_address(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t mark = url.find("://");
  const std::size_t begin = mark == std::string_view::npos ? 0 : mark + 3;
  const std::size_t end = std::min(url.find_first_of("/\\", begin), url.size());
  const std::size_t at = url.substr(0, end).rfind('@');
  const std::size_t host = at == std::string_view::npos || at < begin ? begin : at + 1;
  return std::string(url.substr(0, begin)) + std::string(url.substr(host));
}

}  // namespace mana::hub
