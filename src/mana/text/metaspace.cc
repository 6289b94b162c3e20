#include "mana/text/pre_tokenizer.h"

namespace mana::text {
namespace {

// Where the next space or mark begins, or the text's end.
std::size_t next_mark(std::string_view text, std::size_t at, std::string_view mark) {
  for (; at < text.size(); ++at) {
    if (text[at] == ' ' || (text[at] == mark[0] && text.substr(at).starts_with(mark))) return at;
  }
  return at;
}

}  // namespace

void Metaspace::operator()(NormalizedText& text, Words& words) const {
  const std::string_view all = text.text();
  NormalizedWriter writer(text);
  Words marked;
  for (const Range word : words) {
    const std::string_view inside = word.of(all);
    std::uint32_t begin = writer.size();
    const auto end_word = [&] {  // what was written since the last
      if (writer.size() > begin) marked.push_back({begin, writer.size()});
      begin = writer.size();
    };
    const bool wanted = prepend == Prepend::always || (prepend == Prepend::first && text.source(word.begin).begin == 0);
    if (wanted && !inside.starts_with(' ') && !inside.starts_with(replacement)) {
      writer.put(replacement, writer.source(word.begin, code_point_size(inside[0])));
    }
    for (std::size_t at = 0; at < inside.size();) {
      const std::size_t stop = next_mark(inside, at, replacement);
      writer.copy({word.begin + static_cast<std::uint32_t>(at), word.begin + static_cast<std::uint32_t>(stop)});
      at = stop;
      if (stop == inside.size()) break;
      const std::size_t size = inside[stop] == ' ' ? 1 : replacement.size();
      if (split) end_word();
      writer.put(replacement, writer.source(word.begin + stop, size));
      at += size;
    }
    end_word();
  }
  writer.finish();
  words = std::move(marked);
}

}  // namespace mana::text
