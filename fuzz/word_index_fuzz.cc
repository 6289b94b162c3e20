// The first 64 bytes stand for the file that is indexed, the rest is the index. Whatever they are, it is refused, or
// each vector can be read or is a FormatError, since what was indexed need not be of finite numbers.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "mana/base/errors.h"
#include "mana/formats/word_index.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kFile = 64;
  const auto file = std::as_bytes(std::span(data, std::min(size, kFile)));
  const std::size_t rest = size - file.size();
  std::vector<std::uint64_t> aligned(rest / sizeof(std::uint64_t) + 1);
  if (rest > 0) std::memcpy(aligned.data(), data + file.size(), rest);
  const auto index = std::as_bytes(std::span(aligned)).first(rest);
  const auto vectors = mana::formats::read_word_index(index, file, {kFile, 5}, {});
  if (!vectors) return 0;
  std::vector<float> row(vectors->dimensions);
  for (std::size_t word = 0; word < vectors->size(); ++word) {
    try {
      vectors->read_vector(word, row);
    } catch (const mana::FormatError&) {
    }
  }
  return 0;
}
