#include "mana/text/decoder.h"

#include <utility>

namespace mana::text {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// In the order of the reference, token by token.
constexpr std::pair<std::string_view, std::string_view> kCleanups[] = {
    {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},    {" n't", "n't"},
    {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
};

}  // namespace

void SpacedDecoder::operator()(std::string_view token, bool first, std::string& text) const {
  if (!first) text += ' ';
  text += token;
}

void WordPieceDecoder::operator()(std::string_view token, bool first, std::string& text) const {
  std::string piece;
  if (!first && token.starts_with(prefix)) {
    piece = token.substr(prefix.size());
  } else {
    piece = first ? "" : " ";
    piece += token;
  }
  if (cleanup && piece.find(' ') != piece.npos) {
    for (const auto& [from, to] : kCleanups) replace_all(piece, from, to);
  }
  text += piece;
}

}  // namespace mana::text
