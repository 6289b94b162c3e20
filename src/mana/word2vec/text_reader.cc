#include "mana/word2vec/text_reader.h"

#include <cstring>
#include <utility>

namespace mana::word2vec {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

/// Where to cut a text that goes on: behind its last white space, else before its last character.
std::size_t cut_of(std::string_view text) {
  const std::size_t space = text.find_last_of(" \n\t\r\v\f");
  if (space != std::string_view::npos) return space + 1;
  std::size_t cut = text.size() - 1;
  for (int i = 0; i < 3 && cut > 1 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U; ++i) --cut;
  return cut;
}

}  // namespace

TextReader::TextReader(const std::filesystem::path& path, const data::TextFormat& format, std::stop_token stop)
    : file_(path, format, std::move(stop)), block_(kBlock, '\0') {}

std::string_view TextReader::next() {
  if (file_.has_rows()) {
    if (!file_.next(block_)) return {};
    return block_ += '\n';
  }
  std::memmove(block_.data(), block_.data() + given_, held_ - given_);
  held_ -= given_;
  given_ = 0;
  while (!ended_ && held_ < block_.size()) {
    const std::size_t count = file_.read(std::span(block_).subspan(held_));
    held_ += count;
    ended_ = count == 0;
  }
  const std::string_view text(block_.data(), held_);
  given_ = ended_ ? held_ : cut_of(text);
  return text.substr(0, given_);
}

}  // namespace mana::word2vec
