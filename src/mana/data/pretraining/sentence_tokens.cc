#include "mana/data/pretraining/sentence_tokens.h"

#include <optional>
#include <string>

#include "mana/base/valid_utf8.h"
#include "mana/text/repaired_text.h"

namespace mana::data {
namespace {

constexpr std::string_view kLineEnds = "\r\n\v\f";
constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

}  // namespace

void add_sentences(std::string_view text, text::SentenceRules rules, text::SequentialTokenizer& tokenizer,
                   SentenceTokens& to) {
  std::optional<text::RepairedText> repaired;
  if (!is_utf8(text)) text = repaired.emplace(text).text();
  std::size_t begin = 0;  // of the sentence, with the spaces before it
  for (std::size_t boundary = 0; boundary < text.size();) {
    boundary = text::sentence_end(text, boundary, rules);
    const std::string_view whole = text.substr(begin, boundary - begin);
    const std::size_t last = whole.find_last_not_of(kWhiteSpace);
    if (last == std::string_view::npos) {
      begin = boundary;
      continue;
    }
    const std::size_t before = to.ids.size();
    tokenizer.append(whole.substr(0, last + 1), {.special_tokens = false}, to.ids);
    if (to.ids.size() > before) to.lengths.push_back(static_cast<std::uint32_t>(to.ids.size() - before));
    const std::size_t line_end = whole.find_last_of(kLineEnds);
    begin = line_end != std::string_view::npos && line_end > last ? boundary : begin + last + 1;
  }
}

}  // namespace mana::data
