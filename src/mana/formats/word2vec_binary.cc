#include <fmt/format.h>

#include <cstring>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/formats/word2vec.h"
#include "mana/formats/written_words.h"

namespace mana::formats {

WordVectors parse_word2vec_binary(std::span<const std::byte> file, const std::string& name,
                                  std::shared_ptr<const void> owner) {
  const Word2VecHeader header = parse_word2vec_header(file, name, sizeof(float));
  const std::size_t row_bytes = header.dimensions * sizeof(float);
  const std::string_view all(reinterpret_cast<const char*>(file.data()), file.size());
  WordVectors vectors;
  vectors.dimensions = header.dimensions;
  vectors.bytes = file;
  vectors.owner = std::move(owner);
  vectors.words.reserve(header.words);
  vectors.begins.reserve(header.words);
  std::size_t at = header.end;
  for (std::size_t word = 0; word < header.words; ++word) {
    while (at < all.size() && all[at] == '\n') ++at;
    const std::size_t end = all.find(' ', at);
    const auto fail = [&](std::string_view what) {
      throw FormatError(fmt::format("{}: byte {}: word {} of {} {}", name, at, word + 1, header.words, what));
    };
    if (end == all.npos) fail("breaks off; the file was cut off");
    if (end == at) fail("is empty");
    if (all.size() - end - 1 < row_bytes) fail("has too few bytes of numbers; the file was cut off");
    vectors.words.push_back(all.substr(at, end - at));
    vectors.begins.push_back(end + 1);
    at = end + 1 + row_bytes;
  }
  if (all.find_first_not_of('\n', at) != all.npos) {
    throw FormatError(
        fmt::format("{}: byte {}: more follows than the {} words of the first line", name, at, header.words));
  }
  return vectors;
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
