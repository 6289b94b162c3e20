// The first byte chooses a family, the rest is a `.model` file of SentencePiece.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "check_tokenizer.h"
#include "mana/base/errors.h"
#include "mana/text/sentencepiece_files.h"

namespace {

using mana::text::AddedToken;
using mana::text::SentencePieceFamily;
using mana::text::Tokenizer;

constexpr std::string_view kText = " Hello  world\t<sep>\u00e9e\u0301 \u2581ab \u0436\u4e2d\U0001f44d aaaa ";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto family = static_cast<SentencePieceFamily>(data[0] % 3);
  try {
    const auto model = mana::text::read_sentencepiece_model(rest, "x.model");
    std::vector<AddedToken> added;
    auto pipeline = mana::text::sentencepiece_stages(model, family, "x.model", added);
    mana::fuzz::check_tokenizer(Tokenizer(std::make_unique<const Tokenizer::Pipeline>(std::move(pipeline))), kText);
  } catch (const mana::Error&) {
  }
  return 0;
}
