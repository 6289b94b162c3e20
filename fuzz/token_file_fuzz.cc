// The first byte says whether the sums are made right before the rest is read as a token file: a fuzzer finds no sum by
// chance, and what is behind them shall be reached too.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/xxh64.h"
#include "mana/data/pretraining/block_sum.h"
#include "mana/data/pretraining/token_file.h"
#include "mana/data/pretraining/token_file_form.h"

namespace {

using mana::data::TokenFileHeader;

void seal(std::span<std::byte> file) {
  if (file.size() < sizeof(TokenFileHeader)) return;
  TokenFileHeader header;
  std::memcpy(&header, file.data(), sizeof header);
  mana::data::BlockSum sum;
  sum.add(file.subspan(sizeof header));
  header.content_sum = sum.value();
  header.header_sum = mana::xxh64(std::as_bytes(std::span(&header, 1)).first(offsetof(TokenFileHeader, header_sum)));
  std::memcpy(file.data(), &header, sizeof header);
}

}  // namespace

/// Whatever the bytes: either a FormatError, or documents of sentences of tokens of the vocabulary.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::vector<std::uint64_t> aligned((size + 7) / 8);
  std::memcpy(aligned.data(), data + 1, size - 1);
  const auto file = std::as_writable_bytes(std::span(aligned)).first(size - 1);
  if (data[0] % 2 == 1) seal(file);
  mana::data::TokenTable table;
  try {
    table = mana::data::parse_token_file(file, "input");
  } catch (const mana::FormatError&) {
    return 0;
  }
  if (table.narrow.size() + table.wide.size() != table.tokens) std::abort();
  std::uint64_t tokens = 0;
  for (std::size_t document = 0; document + 1 < table.document_bounds.size(); ++document) {
    for (std::uint64_t i = table.document_bounds[document]; i < table.document_bounds[document + 1]; ++i) {
      for (std::uint64_t at = table.sentence_bounds[i]; at < table.sentence_bounds[i + 1]; ++at, ++tokens) {
        const std::uint64_t id = table.narrow.empty() ? static_cast<std::uint64_t>(table.wide[at]) : table.narrow[at];
        if (id >= table.origin.vocabulary) std::abort();
      }
    }
  }
  if (tokens != table.tokens) std::abort();
  return 0;
}
