#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "mana/base/errors.h"
#include "mana/formats/word2vec.h"
#include "mana/formats/word_array.h"
#include "mana/formats/word_file.h"

namespace {

using mana::formats::WordVectors;

/// A FormatError, or vectors of which all can be read.
template <class Parse>
void check(const Parse& parse) {
  try {
    const WordVectors vectors = parse();
    std::vector<float> row(vectors.dimensions);
    for (std::size_t word = 0; word < vectors.size() && vectors.dimensions > 0; ++word) vectors.read_vector(word, row);
    if (!vectors.counts.empty() && vectors.counts.size() != vectors.size()) std::abort();
    if (!vectors.begins.empty() && vectors.begins.size() != vectors.size()) std::abort();
  } catch (const mana::FormatError&) {
  }
}

}  // namespace

/// The same bytes as every form of words that is text or begins with it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  check([&] { return mana::formats::parse_word2vec_text(file, "input", {}); });
  check([&] { return mana::formats::parse_word2vec_binary(file, "input", {}); });
  check([&] { return mana::formats::parse_vocabulary(file, "input"); });
  check([&] { return mana::formats::parse_glove(file, "input", {}); });
  check([&] { return mana::formats::parse_word_file(file, "input", {}); });
  return 0;
}
