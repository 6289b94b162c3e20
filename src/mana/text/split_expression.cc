#include <algorithm>
#include <vector>

#include "mana/text/pre_tokenizer.h"

namespace mana::text {
namespace {

// A stretch of text that is a delimiter or lies between two.
struct Stretch {
  Range range;
  bool delimiter;
};

std::vector<Stretch> stretches(const SplitExpression& split, std::string_view text, Range part) {
  std::vector<Stretch> all;
  std::uint32_t done = part.begin;
  split.expression.for_each_match(text, part, [&](Range found) {
    if (done < found.begin) all.push_back({{done, found.begin}, split.invert});
    all.push_back({found, !split.invert});
    done = found.end;
  });
  if (done < part.end) all.push_back({{done, part.end}, split.invert});
  return all;
}

}  // namespace

void SplitExpression::operator()(std::string_view text, Range part, Words& words) const {
  std::vector<Stretch> all = stretches(*this, text, part);
  // A delimiter that follows another is a word by itself where it would join what is beside it.
  const auto joined = [](std::vector<Stretch> in, bool contiguous, auto&& join) {
    std::vector<Range> out;
    bool before = false;
    for (std::size_t i = 0; i < in.size(); ++i) {
      const bool joins = contiguous ? i > 0 && in[i].delimiter == before : in[i].delimiter && !before && !out.empty();
      if (joins) {
        join(out.back(), in[i].range);
      } else {
        out.push_back(in[i].range);
      }
      before = in[i].delimiter;
    }
    return out;
  };
  const auto extend_end = [](Range& word, Range more) { word.end = more.end; };
  std::vector<Range> out;
  switch (delimiter) {
    case Delimiter::removed:
      for (const Stretch& stretch : all) {
        if (!stretch.delimiter) out.push_back(stretch.range);
      }
      break;
    case Delimiter::isolated:
      for (const Stretch& stretch : all) out.push_back(stretch.range);
      break;
    case Delimiter::contiguous: out = joined(std::move(all), true, extend_end); break;
    case Delimiter::merged_with_previous: out = joined(std::move(all), false, extend_end); break;
    case Delimiter::merged_with_next:
      std::ranges::reverse(all);
      out = joined(std::move(all), false, [](Range& word, Range more) { word.begin = more.begin; });
      std::ranges::reverse(out);
      break;
  }
  for (const Range word : out) words.push_back(word);
}

}  // namespace mana::text
