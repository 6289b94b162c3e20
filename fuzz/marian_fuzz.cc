// A vocab.json, a byte of 0 and a `.spm` of a translator.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "check_tokenizer.h"
#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/text/marian_class.h"

namespace {

using mana::text::Tokenizer;

constexpr std::string_view kText = ">>deu<< Hello  world\t<sep>\u00e9 \u2581ab \u0436\u4e2d aaaa ";

Tokenizer read(std::string_view list, std::string_view pieces) {
  const auto document = mana::json::Document::parse(list, "vocab.json");
  const auto model = mana::text::read_sentencepiece_model(pieces, "source.spm");
  auto pipeline = mana::text::marian_stages(model, document.root(), "<unk>", "vocab.json");
  mana::text::TokenizerSettings settings;
  settings.end = "</s>";
  settings.pad = "<pad>";
  mana::text::set_marian_template(settings, pipeline);
  return Tokenizer(std::make_unique<const Tokenizer::Pipeline>(std::move(pipeline)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t end = all.find('\0');
  if (end == all.npos) return 0;
  try {
    mana::fuzz::check_tokenizer(read(all.substr(0, end), all.substr(end + 1)), kText);
  } catch (const mana::Error&) {
  }
  return 0;
}
