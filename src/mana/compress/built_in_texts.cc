#include "mana/compress/built_in_texts.h"

#include <iterator>

namespace mana::compress {
namespace {

constexpr const char* kTexts[] = {
#include "mana/compress/built_in_texts.inc"
};

}  // namespace

// They stand in random order, so each half has some of every kind.
std::vector<std::string> texts_to_fit_on() { return {std::begin(kTexts), std::begin(kTexts) + std::size(kTexts) / 2}; }
std::vector<std::string> texts_to_compare_on() {
  return {std::begin(kTexts) + std::size(kTexts) / 2, std::end(kTexts)};
}

}  // namespace mana::compress
