#include "mana/formats/word2vec.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "mana/base/errors.h"

namespace mana::formats {

Word2VecHeader parse_word2vec_header(std::span<const std::byte> file, const std::string& name, std::size_t least) {
  constexpr std::size_t kLongest = 64;  // two numbers of 64 bits and what stands around them
  const std::string_view all(reinterpret_cast<const char*>(file.data()), file.size());
  const std::size_t line_end = all.substr(0, kLongest).find('\n');
  const auto fail = [&](const std::string& what) { throw FormatError(fmt::format("{}:1: {}", name, what)); };
  if (line_end == all.npos) fail("the first line must be the number of words and that of dimensions");
  Word2VecHeader header{0, 0, line_end + 1};
  const char* at = all.data();
  const char* const end = at + line_end;
  for (std::size_t* value : {&header.words, &header.dimensions}) {
    const auto [after, error] = std::from_chars(at, end, *value);
    if (error != std::errc()) fail("the first line must be the number of words and that of dimensions");
    for (at = after; at < end && (*at == ' ' || *at == '\t' || *at == '\r');) ++at;
  }
  if (at != end) fail("more than two numbers stand in the first line");
  if (header.words == 0 || header.dimensions == 0) fail("there must be words and dimensions");
  const std::size_t room = file.size() - header.end;
  if (header.dimensions > room / least || header.words > room / (header.dimensions * least)) {
    fail(fmt::format("{} words of {} dimensions cannot be in {} bytes; the file was cut off", header.words,
                     header.dimensions, file.size()));
  }
  return header;
}

}  // namespace mana::formats
