#include "mana/text/unicode_scripts.h"

#include <algorithm>
#include <iterator>

#include "mana/text/pre_tokenizer.h"
#include "mana/text/utf8.h"

namespace mana::text {
namespace {

struct ScriptRange {
  std::uint32_t begin, end;
  std::uint8_t script;
};

#include "mana/text/unicode_scripts.inc"

}  // namespace

std::uint8_t script_of(char32_t c) {
  const auto* range = std::ranges::upper_bound(kScripts, c, {}, &ScriptRange::begin);
  if (range == std::begin(kScripts)) return 0;
  --range;
  return c < range->end ? range->script : 0;
}

void UnicodeScripts::operator()(std::string_view text, Range part, Words& words) const {
  std::uint8_t last = 0;
  std::uint32_t begin = part.end;
  for_each_code_point(part.of(text), [&](char32_t c, std::size_t at, std::size_t) {
    const std::uint8_t script = script_of(c);
    if (script == 0 || script == last) return;
    const std::uint32_t here = part.begin + static_cast<std::uint32_t>(at);
    if (begin < here) words.push_back({begin, here});
    begin = here;
    last = script;
  });
  if (begin < part.end) words.push_back({begin, part.end});
}

}  // namespace mana::text
