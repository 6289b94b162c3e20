#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mana/cli/words/word_map.h"

namespace mana::cli {

inline constexpr std::string_view kWordMapPage = "words map";

/// A word that is near another, and how near.
struct NearWord {
  std::string word;
  float similarity = 0;
};

/// The map as a page: it zooms and moves, shows the words that are nearest to the one that is pointed at, and hides the
/// labels for which there is no room. near: [words], the words of the model that are nearest to each
std::string map_page(const WordMap& map, std::string_view title, const std::vector<std::vector<NearWord>>& near);

}  // namespace mana::cli
