// The first byte chooses a tokenizer and what is asked of it, the rest is the text; or, for one choice, the rest is a
// tokenizer.json.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/text/pipeline.h"
#include "mana/text/tokenizer.h"
#include "mana/text/tokenizer_files.h"

namespace {

using mana::text::EncodeOptions;
using mana::text::Encoding;
using mana::text::TokenId;
using mana::text::Tokenizer;

std::string described(std::string_view normalizer, std::string_view pre_tokenizer) {
  std::string text = R"({"version": "1.0", "normalizer": )";
  text.append(normalizer).append(R"(, "pre_tokenizer": )").append(pre_tokenizer);
  return text + R"(, "added_tokens": [
      {"content": "[MASK]", "single_word": false, "lstrip": true, "rstrip": false, "normalized": false, "special": true},
      {"content": "<a>", "single_word": false, "lstrip": false, "rstrip": true, "normalized": false, "special": false},
      {"content": "b c", "single_word": true, "lstrip": true, "rstrip": true, "normalized": true, "special": false}],
    "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
              "max_input_chars_per_word": 20, "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "[MASK]": 3, "a": 4,
              "##a": 5, "ab": 6, "##b": 7, "\u0301": 8, "##\u0301": 9, ".": 10, "\u4e2d": 11, "\ufffd": 12, "##\u0323": 13}}})";
}

Tokenizer::Pipeline read(std::string_view text) {
  return mana::text::read_tokenizer_json(mana::json::Document::parse(text, "tokenizer.json").root());
}

const std::array<Tokenizer, 4>& tokenizers() {
  const auto make = [](std::string_view normalizer, std::string_view pre_tokenizer) {
    return Tokenizer(std::make_unique<const Tokenizer::Pipeline>(read(described(normalizer, pre_tokenizer))));
  };
  static const std::array<Tokenizer, 4> all = {
      make(R"({"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
               "lowercase": true})",
           R"({"type": "BertPreTokenizer"})"),
      make(R"({"type": "BertNormalizer", "clean_text": false, "handle_chinese_chars": true, "strip_accents": true,
               "lowercase": false})",
           R"({"type": "Whitespace"})"),
      make(R"({"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Strip", "strip_left": true,
               "strip_right": true}, {"type": "Replace", "pattern": {"String": "aa"}, "content": "b"}]})",
           R"({"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": false},
               {"type": "Punctuation", "behavior": "MergedWithNext"}]})"),
      make(R"({"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]})",
           R"({"type": "WhitespaceSplit"})")};
  return all;
}

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
    check(tokenizers()[choice % 4], rest, options);
  } else if (choice < 14) {
    const std::size_t half = rest.size() / 2;
    const Encoding pair = tokenizers()[choice % 4].encode_pair(rest.substr(0, half), rest.substr(half));
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
