// The first byte chooses a family, the rest is a `.model` file of SentencePiece.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "mana/base/errors.h"
#include "mana/text/sentencepiece_files.h"

namespace {

using mana::text::AddedToken;
using mana::text::Encoding;
using mana::text::SentencePieceFamily;
using mana::text::Tokenizer;

constexpr std::string_view kText = " Hello  world\t<sep>\u00e9e\u0301 \u2581ab \u0436\u4e2d\U0001f44d aaaa ";

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Tokenizer& tokenizer) {
  const Encoding encoding = tokenizer.encode(kText);
  require(encoding.offsets.size() == encoding.ids.size());
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    require(encoding.offsets[i].begin <= encoding.offsets[i].end && encoding.offsets[i].end <= kText.size());
    tokenizer.token(encoding.ids[i]);
  }
  tokenizer.decode(encoding.ids, false);
  const auto bytes = std::make_shared<const std::vector<std::byte>>(tokenizer.compiled());
  require(Tokenizer::from_compiled(*bytes, bytes).encode(kText).ids == encoding.ids);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto family = static_cast<SentencePieceFamily>(data[0] % 3);
  try {
    const auto model = mana::text::read_sentencepiece_model(rest, "x.model");
    std::vector<AddedToken> added;
    auto pipeline = mana::text::sentencepiece_stages(model, family, "x.model", added);
    check(Tokenizer(std::make_unique<const Tokenizer::Pipeline>(std::move(pipeline))));
  } catch (const mana::Error&) {
  }
  return 0;
}
