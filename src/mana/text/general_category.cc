#include "mana/text/general_category.h"

#include <algorithm>
#include <iterator>

namespace mana::text {
namespace {

struct CategoryRange {
  std::uint32_t begin, end;
  GeneralCategory category;
};

constexpr GeneralCategory kN = GeneralCategory::number;
constexpr GeneralCategory kP = GeneralCategory::punctuation;
constexpr GeneralCategory kS = GeneralCategory::symbol;
#include "mana/text/general_categories.inc"

}  // namespace

GeneralCategory general_category(char32_t c) {
  const auto* range = std::ranges::upper_bound(kCategories, c, {}, &CategoryRange::begin);
  if (range == std::begin(kCategories)) return GeneralCategory::other;
  --range;
  return c < range->end ? range->category : GeneralCategory::other;
}

}  // namespace mana::text
