#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mana/base/errors.h"
#include "mana/formats/fasttext.h"

/// Whatever the bytes: either a FormatError, or vectors of which all can be read and composed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto vectors = mana::formats::parse_fasttext(std::as_bytes(std::span(data, size)), "input", {});
    std::vector<float> row(vectors.dimensions);
    for (std::size_t word = 0; word < vectors.size(); ++word) vectors.read_vector(word, row);
    vectors.compose("unheard \xD9\x85\xFF", row);
  } catch (const mana::FormatError&) {
  }
  return 0;
}
