#include <fmt/format.h>

#include <cstring>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/formats/repeated_words.h"
#include "mana/formats/word2vec.h"
#include "mana/formats/written_words.h"

namespace mana::formats {

namespace {

/// A word and where its numbers begin.
struct Entry {
  std::string_view word;
  std::size_t numbers;
};

std::size_t behind_line_ends(std::string_view all, std::size_t at) {
  while (at < all.size() && all[at] == '\n') ++at;
  return at;
}

/// The entry at a byte that is no line end; what is wrong with it where there is none.
std::string_view find_entry(std::string_view all, std::size_t at, std::size_t row_bytes, Entry& entry) {
  const std::size_t end = all.find(' ', at);
  if (end == all.npos) return "breaks off; the file was cut off";
  entry = {all.substr(at, end - at), end + 1};
  if (end == at) return "is empty";
  if (!is_readable_word(entry.word)) return "has white space or a NUL in it";
  if (all.size() - end - 1 < row_bytes) return "has too few bytes of numbers; the file was cut off";
  return {};
}

}  // namespace

WordVectors parse_word2vec_binary(std::span<const std::byte> file, const std::string& name,
                                  std::shared_ptr<const void> owner) {
  const Word2VecHeader header = parse_word2vec_header(file, name, sizeof(float));
  const std::size_t row_bytes = header.dimensions * sizeof(float);
  const std::string_view all(reinterpret_cast<const char*>(file.data()), file.size());
  WordVectors vectors;
  vectors.dimensions = header.dimensions;
  vectors.bytes = file;
  vectors.owner = std::move(owner);
  vectors.source = name;
  vectors.words.reserve(header.words);
  vectors.begins.reserve(header.words);
  std::size_t at = behind_line_ends(all, header.end);
  // The first line may be wrong by one word.
  for (std::size_t word = 0; word <= header.words; ++word) {
    if (at == all.size() && word > 0 && word + 1 >= header.words) break;
    Entry entry;
    const std::string_view wrong = find_entry(all, at, row_bytes, entry);
    if (!wrong.empty() && word == header.words) break;
    if (!wrong.empty()) {
      throw FormatError(fmt::format("{}: byte {}: word {} of {} {}", name, at, word + 1, header.words, wrong));
    }
    vectors.words.push_back(entry.word);
    vectors.begins.push_back(entry.numbers);
    at = behind_line_ends(all, entry.numbers + row_bytes);
  }
  if (at != all.size()) {
    throw FormatError(
        fmt::format("{}: byte {}: more follows than the {} words of the first line", name, at, header.words));
  }
  note_wrong_count(vectors, header);
  leave_out_repeated(vectors);
  return vectors;
}

bool is_word2vec_binary(std::span<const std::byte> file, const std::string& name) {
  constexpr std::size_t kLooked = 64;  // words
  const Word2VecHeader header = parse_word2vec_header(file, name, sizeof(float));
  const std::size_t row_bytes = header.dimensions * sizeof(float);
  const std::string_view all(reinterpret_cast<const char*>(file.data()), file.size());
  std::size_t at = behind_line_ends(all, header.end);
  std::size_t words = 0;
  for (; words < kLooked && at < all.size(); ++words) {
    Entry entry;
    if (!find_entry(all, at, row_bytes, entry).empty()) return false;
    at = behind_line_ends(all, entry.numbers + row_bytes);
  }
  return at < all.size() ? words < header.words + 1 : words + 1 >= header.words && words <= header.words + 1;
}

void write_word2vec_binary(const std::filesystem::path& path, const WordVectors& vectors) {
  require_writable_words(vectors);
  AtomicFile file(path);
  file.write(fmt::format("{} {}\n", vectors.size(), vectors.dimensions));
  std::vector<float> row(vectors.dimensions);
  std::string block;
  for (std::size_t word = 0; word < vectors.size(); ++word) {
    vectors.read_vector(word, row);
    block.append(vectors.words[word]) += ' ';
    block.append(reinterpret_cast<const char*>(row.data()), row.size() * sizeof(float)) += '\n';
    write_full_block(file, block, word + 1 == vectors.size());
  }
  file.commit();
}

}  // namespace mana::formats
