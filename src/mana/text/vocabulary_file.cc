#include <fmt/format.h>

#include <algorithm>

#include "mana/base/valid_utf8.h"

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/foreign_file.h"
#include "mana/text/tokenizer_files.h"
#include "mana/text/unicode.h"

namespace mana::text {
namespace {

// White space at the end of a line is no part of its token.
std::string_view trimmed(std::string_view line) {
  const char* end = line.data() + line.size();
  for (const char* next = end; end > line.data() && has(decode_before(next), kWhitespace);) end = next;
  line.remove_suffix(static_cast<std::size_t>(line.data() + line.size() - end));
  return line;
}

}  // namespace

Vocabulary read_vocabulary_file(const std::filesystem::path& path) {
  const std::string all = read_file(path);
  refuse_stand_in(all, path.string());
  if (!is_utf8(all)) {
    throw FormatError(fmt::format("{} is not UTF-8; it is damaged or no vocabulary", path.string()));
  }
  std::string_view text = all;
  Vocabulary vocabulary;
  vocabulary.reserve(static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1, text.size());
  for (TokenId id = 0; !text.empty(); ++id) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    vocabulary.insert(trimmed(text.substr(0, end)), id);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return vocabulary;
}

}  // namespace mana::text
