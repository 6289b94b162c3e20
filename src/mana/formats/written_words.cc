#include "mana/formats/written_words.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/base/printable.h"

namespace mana::formats {

bool is_readable_word(std::string_view word) {
  constexpr std::string_view kForbidden("\t\n\v\f\r\0", 6);
  return !word.empty() && word.front() != ' ' && word.back() != ' ' && word.find_first_of(kForbidden) == word.npos;
}

void require_writable_words(const WordVectors& vectors) {
  if (vectors.words.empty()) throw ArgumentError("there are no words to write");
  for (const std::string_view word : vectors.words) {
    if (is_readable_word(word) && word.find(' ') == word.npos) continue;
    throw ArgumentError(
        fmt::format("the word \"{}\" cannot be written: it is empty or has white space in it", printable(word)));
  }
}

void write_full_block(AtomicFile& file, std::string& bytes, bool end) {
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  if (bytes.size() < kBlock && !end) return;
  file.write(bytes);
  bytes.clear();
}

}  // namespace mana::formats
