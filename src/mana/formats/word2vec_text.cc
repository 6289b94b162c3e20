#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/formats/word2vec.h"
#include "mana/formats/written_words.h"
#include "mana/tensor/buffer.h"

namespace mana::formats {
namespace {

constexpr std::size_t kLeastNumber = 2;  // bytes: a digit and what parts it from the next

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view text_of(std::span<const std::byte> file) {
  return {reinterpret_cast<const char*>(file.data()), file.size()};
}

/// The numbers of a line behind its word.
class RowReader {
 public:
  RowReader(std::string_view line, const std::string& name, std::size_t number)
      : line_(line), name_(name), number_(number) {}

  std::string_view word() {
    const std::size_t end = std::min(line_.find_first_of(" \t"), line_.size());
    if (end == 0) fail("there is no word at its beginning");
    const std::string_view word = line_.substr(0, end);
    line_.remove_prefix(end);
    return word;
  }

  void numbers(std::span<float> row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      skip_space();
      if (line_.empty()) fail(fmt::format("{} numbers follow the word, not {}", i, row.size()));
      auto [end, error] = std::from_chars(line_.data(), line_.data() + line_.size(), row[i]);
      if (error == std::errc::result_out_of_range) {  // nearer to 0 than any float, or beyond the largest
        double value = 0;
        error = std::from_chars(line_.data(), line_.data() + line_.size(), value).ec;
        row[i] = static_cast<float>(value);
      }
      if (error != std::errc() || !std::isfinite(row[i])) {
        fail(fmt::format("number {} is not a finite f32: {}", i + 1, printable(line_.substr(0, line_.find(' ')))));
      }
      line_.remove_prefix(static_cast<std::size_t>(end - line_.data()));
      if (!line_.empty() && !is_space(line_.front())) fail(fmt::format("number {} does not end at a space", i + 1));
    }
    skip_space();
    if (!line_.empty()) fail(fmt::format("more than {} numbers follow the word", row.size()));
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw FormatError(fmt::format("{}:{}: {}", name_, number_, what));
  }
  void skip_space() {
    while (!line_.empty() && is_space(line_.front())) line_.remove_prefix(1);
  }

  std::string_view line_;
  const std::string& name_;
  std::size_t number_;
};

}  // namespace

bool is_word2vec_text(std::span<const std::byte> file, const std::string& name) {
  const Word2VecHeader header = parse_word2vec_header(file, name, kLeastNumber);
  std::string_view line = text_of(file).substr(header.end);
  line = line.substr(0, line.find('\n'));
  const std::size_t numbers = line.find_first_of(" \t");
  return numbers != line.npos && line.find_first_not_of("0123456789+-.eEinfa \t\r", numbers) == line.npos;
}

WordVectors parse_word2vec_text(std::span<const std::byte> file, const std::string& name,
                                std::shared_ptr<const void> owner) {
  const Word2VecHeader header = parse_word2vec_header(file, name, kLeastNumber);
  struct Owned {
    std::shared_ptr<const void> file;
    Buffer<float> values;
  };
  const auto owned = std::make_shared<Owned>(Owned{std::move(owner), Buffer<float>(header.words * header.dimensions)});
  WordVectors vectors;
  vectors.dimensions = header.dimensions;
  vectors.bytes = std::as_bytes(std::span(owned->values.data(), owned->values.size()));
  vectors.owner = owned;
  vectors.words.reserve(header.words);
  const std::string_view all = text_of(file);
  std::size_t at = header.end;
  for (std::size_t word = 0; word < header.words; ++word) {
    if (at == all.size()) {
      throw FormatError(fmt::format("{}:{}: the file ends after {} of {} words", name, word + 2, word, header.words));
    }
    const std::size_t end = std::min(all.find('\n', at), all.size());
    RowReader row(all.substr(at, end - at), name, word + 2);
    vectors.words.push_back(row.word());
    row.numbers({owned->values.data() + word * header.dimensions, header.dimensions});
    at = std::min(end + 1, all.size());
  }
  if (all.find_first_not_of(" \t\r\n", at) != all.npos) {
    throw FormatError(
        fmt::format("{}:{}: more follows than the {} words of the first line", name, header.words + 2, header.words));
  }
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
