#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace mana::program {

/// Two hundred sentences and their translations, in the order of one number or another.
inline std::vector<std::pair<std::string, std::string>> sentences() {
  constexpr std::array<std::pair<const char*, const char*>, 5> kWho = {{{"the dog", "der Hund"},
                                                                        {"the cat", "die Katze"},
                                                                        {"a man", "ein Mann"},
                                                                        {"a woman", "eine Frau"},
                                                                        {"the child", "das Kind"}}};
  constexpr std::array<std::pair<const char*, const char*>, 4> kDoes = {
      {{"sees", "sieht"}, {"likes", "mag"}, {"hears", "hört"}, {"finds", "findet"}}};
  constexpr std::array<std::pair<const char*, const char*>, 5> kWhat = {{{"the ball", "den Ball"},
                                                                         {"a tree", "einen Baum"},
                                                                         {"the house", "das Haus"},
                                                                         {"a car", "ein Auto"},
                                                                         {"the bird", "den Vogel"}}};
  std::vector<std::pair<std::string, std::string>> all;
  for (std::size_t i = 0; i < 200; ++i) {
    const std::size_t n = i * 67 % 200;  // 67 and 200 have no common divisor
    const auto &who = kWho[n % 5], &does = kDoes[n / 5 % 4], &what = kWhat[n / 20 % 5];
    if (n < 100) {
      all.emplace_back(fmt::format("{} {} {}.", who.first, does.first, what.first),
                       fmt::format("{} {} {}.", who.second, does.second, what.second));
    } else {
      all.emplace_back(fmt::format("{} {} {} today.", who.first, does.first, what.first),
                       fmt::format("heute {} {} {}.", does.second, who.second, what.second));
    }
  }
  return all;
}

}  // namespace mana::program
