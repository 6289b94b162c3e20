#include "mana/data/text_windows.h"

#include <utility>

#include "mana/base/errors.h"

namespace mana::data {

void for_each_window(const TextSource& source, const Waiting& waiting, const WindowLimits& limits,
                     const std::function<void(std::vector<std::string>& texts)>& work) {
  std::vector<std::string> window;
  std::size_t bytes = 0;
  const auto hand_on = [&] {
    if (waiting.stop().stop_requested()) throw Cancelled("the work on the texts was cancelled");
    if (window.empty()) return;
    work(window);
    window.clear();
    bytes = 0;
  };
  const Waiting::Meanwhile meanwhile = waiting.meanwhile(hand_on);
  for (std::string text; source(text);) {
    bytes += text.size();
    window.push_back(std::move(text));
    if (window.size() >= limits.texts || bytes >= limits.bytes) hand_on();
  }
  hand_on();
}

}  // namespace mana::data
