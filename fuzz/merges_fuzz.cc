// The first byte chooses the options, the rest is a vocab.json, a byte of 0 and a merges.txt.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "check_tokenizer.h"
#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/text/pipeline.h"
#include "mana/text/tokenizer_files.h"

namespace {

using mana::text::BytePairEncoding;
using mana::text::Tokenizer;

constexpr std::string_view kText = " ab abba\u00e9 aab  don't \u4e2d1</w> a\xff b";

Tokenizer::Pipeline read(std::uint8_t choice, std::string_view vocabulary, std::string_view merges) {
  BytePairEncoding::Options options{
      .fuse_unknown = (choice & 1) != 0, .ignore_merges = (choice & 2) != 0, .byte_level = (choice & 4) != 0};
  if (choice & 8) options.unknown_token = "a";
  if (choice & 16) options.end_suffix = "</w>";
  if (choice & 32) options.continuing_prefix = "##";
  options.byte_fallback = !options.byte_level && (choice & 48) == 0 && (choice & 64) != 0;
  const auto document = mana::json::Document::parse(vocabulary, "vocab.json");
  Tokenizer::Pipeline pipeline{.model = mana::text::read_merges_text(document.root(), merges, options, "merges.txt")};
  if (options.byte_level) pipeline.pre_tokenizers = {{mana::text::Gpt2Words{}}};
  pipeline.single = mana::text::Template::plain(false);
  pipeline.pair = mana::text::Template::plain(true);
  return pipeline;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t end = rest.find('\0');
  if (end == rest.npos) return 0;
  try {
    auto pipeline = read(data[0], rest.substr(0, end), rest.substr(end + 1));
    mana::fuzz::check_tokenizer(Tokenizer(std::make_unique<const Tokenizer::Pipeline>(std::move(pipeline))), kText);
  } catch (const mana::Error&) {
  }
  return 0;
}
