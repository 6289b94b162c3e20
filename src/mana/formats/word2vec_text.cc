#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/formats/repeated_words.h"
#include "mana/formats/word2vec.h"
#include "mana/formats/word_row.h"
#include "mana/formats/written_words.h"
#include "mana/tensor/buffer.h"

namespace mana::formats {
namespace {

constexpr std::size_t kLeastNumber = 2;  // bytes: a digit and what parts it from the next
constexpr std::string_view kMark = "\xEF\xBB\xBF";

std::string_view text_of(std::span<const std::byte> file) {
  return {reinterpret_cast<const char*>(file.data()), file.size()};
}

/// Goes through the lines of a text, and counts them.
class Lines {
 public:
  /// Those behind byte `at`, the first of them being line `number`.
  Lines(std::string_view text, std::size_t at, std::size_t number) : text_(text), at_(at), number_(number) {}

  /// The number of the next line.
  std::size_t number() const { return number_; }
  /// Whether nothing but white space is left.
  bool ended() const { return text_.find_first_not_of(" \t\r\n", at_) == text_.npos; }
  bool at_end() const { return at_ == text_.size(); }
  std::string_view next() {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::string_view line = text_.substr(at_, end - at_);
    at_ = std::min(end + 1, text_.size());
    ++number_;
    return line;
  }

 private:
  std::string_view text_;
  std::size_t at_;
  std::size_t number_;
};

struct Owned {
  std::shared_ptr<const void> file;
  Buffer<float> values;
};

/// Room for so many rows.
WordVectors room_for(std::size_t words, std::size_t dimensions, const std::string& name,
                     const std::shared_ptr<Owned>& owned) {
  owned->values = Buffer<float>(words * dimensions);
  WordVectors vectors;
  vectors.words.reserve(words);
  vectors.dimensions = dimensions;
  vectors.bytes = std::as_bytes(std::span(owned->values.data(), owned->values.size()));
  vectors.owner = owned;
  vectors.source = name;
  return vectors;
}

void read_row(Lines& lines, const std::string& name, WordVectors& vectors, Owned& owned) {
  const std::size_t number = lines.number();
  const WordRow row{lines.next(), name, number};
  const std::size_t at = vectors.size() * vectors.dimensions;
  vectors.words.push_back(row.parse({owned.values.data() + at, vectors.dimensions}));
}

/// How many numbers most of the first lines end with; of as many lines the fewer numbers, since a word may end with
/// what looks like one.
std::size_t usual_dimensions(std::string_view text) {
  constexpr std::size_t kLines = 1000;
  std::vector<std::size_t> counts;
  Lines lines(text, 0, 1);
  while (counts.size() < kLines && !lines.at_end()) {
    const std::string_view line = lines.next();
    if (line.find_first_not_of(" \t\r") != line.npos) counts.push_back(trailing_numbers(line));
  }
  std::ranges::sort(counts);
  std::size_t usual = 0;
  std::size_t most = 0;
  for (std::size_t i = 0; i < counts.size();) {
    const std::size_t end = static_cast<std::size_t>(std::ranges::upper_bound(counts, counts[i]) - counts.begin());
    if (end - i > most) {
      most = end - i;
      usual = counts[i];
    }
    i = end;
  }
  return usual;
}

}  // namespace

bool is_glove(std::span<const std::byte> file) {
  std::string_view text = text_of(file);
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  constexpr std::size_t kLongest = std::size_t{1} << 20;  // of a line: 100,000 numbers
  const std::string_view first = text.substr(0, std::min(text.find('\n'), kLongest));
  if (first.find('\0') != first.npos) return false;
  const std::size_t numbers = trailing_numbers(first);
  return numbers > 0 && usual_dimensions(text) > 0;
}

WordVectors parse_glove(std::span<const std::byte> file, const std::string& name, std::shared_ptr<const void> owner) {
  std::string_view text = text_of(file);
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  const std::size_t dimensions = usual_dimensions(text);
  if (dimensions == 0) throw FormatError(fmt::format("{}:1: a word and its numbers are needed", name));
  const std::size_t rows = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  // A row has its numbers at least, so that there cannot be more than fit.
  const std::size_t most = std::min(rows, text.size() / (dimensions * kLeastNumber) + 1);
  const auto owned = std::make_shared<Owned>(Owned{std::move(owner), {}});
  WordVectors vectors = room_for(most, dimensions, name, owned);
  Lines lines(text, 0, 1);
  while (!lines.ended()) read_row(lines, name, vectors, *owned);
  leave_out_repeated(vectors);
  return vectors;
}

WordVectors parse_word2vec_text(std::span<const std::byte> file, const std::string& name,
                                std::shared_ptr<const void> owner) {
  const Word2VecHeader header = parse_word2vec_header(file, name, kLeastNumber);
  const auto owned = std::make_shared<Owned>(Owned{std::move(owner), {}});
  // One more than the first line says: it may be wrong by one.
  WordVectors vectors = room_for(header.words + 1, header.dimensions, name, owned);
  Lines lines(text_of(file), header.end, 2);
  while (vectors.size() <= header.words && !lines.ended()) read_row(lines, name, vectors, *owned);
  if (!lines.ended()) {
    throw FormatError(
        fmt::format("{}:{}: more follows than the {} words of the first line", name, lines.number() - 1, header.words));
  }
  if (vectors.size() == 0 || vectors.size() + 1 < header.words) {
    throw FormatError(
        fmt::format("{}:{}: the file ends after {} of {} words", name, lines.number(), vectors.size(), header.words));
  }
  note_wrong_count(vectors, header);
  leave_out_repeated(vectors);
  return vectors;
}

void write_word2vec_text(const std::filesystem::path& path, const WordVectors& vectors) {
  require_writable_words(vectors);
  AtomicFile file(path);
  file.write(fmt::format("{} {}\n", vectors.size(), vectors.dimensions));
  std::vector<float> row(vectors.dimensions);
  std::string lines;
  for (std::size_t word = 0; word < vectors.size(); ++word) {
    vectors.read_vector(word, row);
    lines += vectors.words[word];
    for (const float value : row) fmt::format_to(std::back_inserter(lines), " {}", value);
    lines += '\n';
    write_full_block(file, lines, word + 1 == vectors.size());
  }
  file.commit();
}

}  // namespace mana::formats
