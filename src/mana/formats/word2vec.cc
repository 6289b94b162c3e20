#include "mana/formats/word2vec.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "mana/base/errors.h"

namespace mana::formats {
namespace {

constexpr std::size_t kLongestHeader = 64;  // two numbers of 64 bits and what stands around them
constexpr std::string_view kMark = "\xEF\xBB\xBF";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

bool has_word2vec_header(std::span<const std::byte> file) {
  std::string_view line(reinterpret_cast<const char*>(file.data()), std::min(file.size(), kLongestHeader));
  if (line.starts_with(kMark)) line.remove_prefix(kMark.size());
  const std::size_t end = line.find('\n');
  if (end == line.npos) return false;
  line = line.substr(0, end);
  std::size_t fields = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (is_space(line[i])) continue;
    if (line[i] < '0' || line[i] > '9') return false;
    if (i == 0 || is_space(line[i - 1])) ++fields;
  }
  return fields == 2;
}

Word2VecHeader parse_word2vec_header(std::span<const std::byte> file, const std::string& name, std::size_t least) {
  const std::string_view all(reinterpret_cast<const char*>(file.data()), file.size());
  const std::size_t begin = all.starts_with(kMark) ? kMark.size() : 0;
  const std::size_t line_end = all.substr(0, kLongestHeader).find('\n');
  const auto fail = [&](const std::string& what) { throw FormatError(fmt::format("{}:1: {}", name, what)); };
  if (line_end == all.npos) fail("the first line must be the number of words and that of dimensions");
  Word2VecHeader header{0, 0, line_end + 1};
  const char* at = all.data() + begin;
  const char* const end = all.data() + line_end;
  for (std::size_t* value : {&header.words, &header.dimensions}) {
    while (at < end && is_space(*at)) ++at;
    const auto [after, error] = std::from_chars(at, end, *value);
    if (error != std::errc()) fail("the first line must be the number of words and that of dimensions");
    for (at = after; at < end && is_space(*at);) ++at;
  }
  if (at != end) fail("more than two numbers stand in the first line");
  if (header.words == 0 || header.dimensions == 0) fail("there must be words and dimensions");
  const std::size_t room = file.size() - header.end;
  const std::size_t surely = std::max<std::size_t>(header.words - 1, 1);  // it may be wrong by one
  if (header.dimensions > room / least || surely > room / (header.dimensions * least)) {
    fail(fmt::format("{} words of {} dimensions cannot be in {} bytes; the file was cut off", header.words,
                     header.dimensions, file.size()));
  }
  return header;
}

void note_wrong_count(WordVectors& vectors, const Word2VecHeader& header) {
  if (vectors.size() == header.words) return;
  vectors.notes.push_back(fmt::format("{}: its first line says {} words, but {} {} there; these are taken",
                                      vectors.source, header.words, vectors.size(),
                                      vectors.size() == 1 ? "is" : "are"));
}

}  // namespace mana::formats
