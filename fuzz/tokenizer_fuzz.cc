// The first byte chooses a tokenizer and what is asked of it, the rest is the text; or, for one choice, the rest is a
// tokenizer.json.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "mana/base/errors.h"
#include "tokenizers.h"

namespace {

using mana::fuzz::read;
using mana::fuzz::tokenizers;
using mana::text::EncodeOptions;
using mana::text::Encoding;
using mana::text::TokenId;
using mana::text::Tokenizer;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Tokenizer& tokenizer, std::string_view text, const EncodeOptions& options) {
  const Encoding encoding = tokenizer.encode(text, options);
  const std::size_t size = encoding.ids.size();
  require(encoding.offsets.size() == size && encoding.type_ids.size() == size && encoding.special.size() == size);
  require(size <= options.max_tokens && encoding.truncated == (size < encoding.total_tokens));
  for (std::size_t i = 0; i < size; ++i) {
    require(encoding.offsets[i].begin <= encoding.offsets[i].end && encoding.offsets[i].end <= text.size());
    tokenizer.token(encoding.ids[i]);
  }
  std::vector<TokenId> ids;
  const auto count = tokenizer.append(text, options, ids);
  require(ids == encoding.ids && count.total == encoding.total_tokens);
  require(mana::text::to_code_points(text, encoding.offsets).size() == size);
  tokenizer.decode(ids, false);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const unsigned choice = data[0] % 16;
  EncodeOptions options;
  if (data[0] & 0x80) options.max_tokens = 2 + data[0] / 16 % 8;
  if (choice < 12) {
    check(tokenizers()[choice % tokenizers().size()], rest, options);
  } else if (choice < 14) {
    const std::size_t half = rest.size() / 2;
    const Encoding pair =
        tokenizers()[choice % tokenizers().size()].encode_pair(rest.substr(0, half), rest.substr(half));
    require(pair.ids.size() == pair.total_tokens);
  } else {
    try {
      const Tokenizer tokenizer(std::make_unique<const Tokenizer::Pipeline>(read(rest)));
      tokenizer.encode("a B\u00e9 [MASK] \u4e2d1,2");
    } catch (const mana::Error&) {
    }
  }
  return 0;
}
