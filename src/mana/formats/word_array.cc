#include "mana/formats/word_array.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/formats/npy.h"
#include "mana/formats/repeated_words.h"
#include "mana/formats/written_words.h"

namespace mana::formats {
namespace {

/// The count behind a line's last tab or space, which is taken off; nothing where there is none.
std::optional<std::uint64_t> take_count(std::string_view& line) {
  const std::size_t space = line.find_last_of(" \t");
  if (space == line.npos || space + 1 == line.size()) return std::nullopt;
  std::uint64_t count = 0;
  const char* const end = line.data() + line.size();
  const auto [after, error] = std::from_chars(line.data() + space + 1, end, count);
  if (error != std::errc() || after != end) return std::nullopt;
  line = line.substr(0, space);
  return count;
}

}  // namespace

std::filesystem::path vocabulary_path(const std::filesystem::path& array) {
  std::filesystem::path path = array;
  return path.replace_extension(".vocab");
}

WordVectors parse_vocabulary(std::span<const std::byte> file, const std::string& name) {
  const std::string_view all(reinterpret_cast<const char*>(file.data()), file.size());
  WordVectors vectors;
  bool counted = false;
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  for (std::size_t at = all.starts_with(kMark) ? kMark.size() : 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    std::string_view line = all.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::optional<std::uint64_t> count = take_count(line);
    if (vectors.words.empty()) counted = count.has_value();
    if (count.has_value() != counted || !is_readable_word(line)) {
      throw FormatError(fmt::format("{}:{}: a word {}is needed, but the line is \"{}\"", name, vectors.size() + 1,
                                    counted ? "and its count " : "", printable(line)));
    }
    vectors.words.push_back(line);
    if (count) vectors.counts.push_back(*count);
  }
  return vectors;
}

WordVectors open_word_array(const std::filesystem::path& array) {
  struct Owned {
    Npy npy;
    MappedFile vocabulary;
    std::vector<float> converted;
  };
  const std::filesystem::path vocabulary = vocabulary_path(array);
  const auto owned = std::make_shared<Owned>(Owned{Npy::open(array), MappedFile(vocabulary), {}});
  WordVectors vectors = parse_vocabulary(owned->vocabulary.bytes(), vocabulary.string());
  const Shape& shape = owned->npy.shape();
  if (shape.size() != 2 || shape[0] == 0 || shape[1] == 0) {
    throw FormatError(
        fmt::format("{}: its shape is {}; [words, dimensions] is needed", array.string(), to_string(shape)));
  }
  if (shape[0] != vectors.size()) {
    throw FormatError(fmt::format("{} has {} rows, but {} has {} words; they do not belong together", array.string(),
                                  shape[0], vocabulary.string(), vectors.size()));
  }
  vectors.dimensions = shape[1];
  vectors.bytes = owned->npy.array().bytes;
  if (owned->npy.dtype() != DType::f32) {
    owned->converted = owned->npy.f32();
    vectors.bytes = std::as_bytes(std::span(owned->converted));
  }
  vectors.owner = owned;
  vectors.source = array.string();
  leave_out_repeated(vectors);
  return vectors;
}

void write_word_array(const std::filesystem::path& array, const WordVectors& vectors) {
  require_writable_words(vectors);
  AtomicFile words(vocabulary_path(array));
  std::string lines;
  for (std::size_t word = 0; word < vectors.size(); ++word) {
    lines += vectors.words[word];
    if (!vectors.counts.empty()) lines += fmt::format("\t{}", vectors.counts[word]);
    lines += '\n';
    write_full_block(words, lines, word + 1 == vectors.size());
  }
  AtomicFile rows(array);
  std::string block = npy_header(vectors.size(), vectors.dimensions);
  std::vector<float> row(vectors.dimensions);
  for (std::size_t word = 0; word < vectors.size(); ++word) {
    vectors.read_vector(word, row);
    block.append(reinterpret_cast<const char*>(row.data()), row.size() * sizeof(float));
    write_full_block(rows, block, word + 1 == vectors.size());
  }
  words.commit();
  rows.commit();
}

}  // namespace mana::formats
