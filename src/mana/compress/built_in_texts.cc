#include "mana/compress/built_in_texts.h"

#include <iterator>

namespace mana::compress {
namespace {

constexpr const char* kTexts[] = {
#include "mana/compress/built_in_texts.inc"
};

}  // namespace

std::vector<std::string> built_in_texts() { return {std::begin(kTexts), std::end(kTexts)}; }

}  // namespace mana::compress
