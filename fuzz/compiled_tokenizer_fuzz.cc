// Compiled tokenizers. With an even first byte the rest is the whole block; with an odd one it changes a good block,
// which the first byte chooses: two bytes say which number (or eight bytes of an array), the next eight what it
// becomes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "mana/base/errors.h"
#include "tokenizers.h"

namespace {

using Bytes = std::vector<std::byte>;

Bytes changed(Bytes block, const std::uint8_t* data, std::size_t size) {
  for (; size >= 10; data += 10, size -= 10) {
    const std::size_t at = static_cast<std::size_t>(data[0] + 256 * data[1]) % (block.size() / 8);
    std::memcpy(block.data() + 8 * at, data + 2, 8);
  }
  block.resize(block.size() - size);  // and what is left over cuts it
  return block;
}

void use(const mana::text::Tokenizer& tokenizer, std::string_view text) {
  const auto encoding = tokenizer.encode(text);
  if (encoding.offsets.size() != encoding.ids.size()) std::abort();
  for (const auto& offsets : encoding.offsets) {
    if (offsets.begin > offsets.end || offsets.end > text.size()) std::abort();
  }
  tokenizer.decode(encoding.ids, false);
  tokenizer.id("ab");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  const auto& tokenizers = mana::fuzz::tokenizers();
  const auto block = std::make_shared<const Bytes>(
      data[0] % 2 == 0 ? Bytes(begin + 1, begin + size)
                       : changed(tokenizers[data[0] / 2 % tokenizers.size()].compiled(), data + 1, size - 1));
  try {
    const auto tokenizer = mana::text::Tokenizer::from_compiled(*block, block);
    use(tokenizer, "a B\u00e9 [MASK] b c <a> \u4e2d1,2 abbab a\u0323\u0301 aaab \xff long-word");
  } catch (const mana::Error&) {  // ArgumentError for ids that make no sense to a template
  }
  return 0;
}
