#include "mana/base/stored_option.h"

namespace mana {

std::string stored_option(std::string_view stored) {
  std::string said;
  while (true) {
    const std::size_t begin = stored.find("--");
    if (begin == stored.npos) return said += stored;
    said += stored.substr(0, begin);
    stored.remove_prefix(begin + 2);
    said += '`';
    while (!stored.empty() && ((stored.front() >= 'a' && stored.front() <= 'z') || stored.front() == '-')) {
      said += stored.front() == '-' ? '_' : stored.front();
      stored.remove_prefix(1);
    }
    said += '`';
  }
}

}  // namespace mana
