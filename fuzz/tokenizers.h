#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "mana/base/json.h"
#include "mana/text/pipeline.h"
#include "mana/text/tokenizer.h"
#include "mana/text/tokenizer_files.h"

// Small tokenizers with stages of every kind.
namespace mana::fuzz {

using text::Tokenizer;

inline std::string described(std::string_view normalizer, std::string_view pre_tokenizer) {
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

/// Whole words, as word vectors have them.
inline constexpr std::string_view kWords = R"({"version": "1.0",
    "normalizer": {"type": "Sequence", "normalizers": [{"type": "Lowercase"},
        {"type": "Replace", "pattern": {"String": "\u0643"}, "content": "\u06A9"}]},
    "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "[\\p{L}\\p{M}\\p{N}]+(?:\u200C[\\p{L}\\p{M}\\p{N}]+)*"},
        "behavior": "Removed", "invert": true},
    "model": {"type": "WordLevel", "unk_token": "[UNK]", "vocab": {"a": 0, "ab": 1, "\u06A9": 2, "aaab": 3, "[UNK]": 4}}})";

/// Bytes and pairs of them: with a space before every part, and words that end in a suffix.
inline constexpr std::string_view kBytePairs = R"({"version": "1.0",
    "added_tokens": [
      {"content": "[MASK]", "single_word": false, "lstrip": true, "rstrip": false, "normalized": true, "special": true}],
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true},
    "post_processor": {"type": "RobertaProcessing", "sep": ["b", 1], "cls": ["a", 0], "trim_offsets": true,
        "add_prefix_space": true},
    "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "unk_token": "?", "fuse_unk": true, "vocab": {"a": 0, "b": 1, "Ġ": 2, "Ġa": 3, "ab": 4,
        "aab": 5, "Ì": 6, "Ģ": 7, "ÌĢ": 8, "?": 9, "abab": 12},
        "merges": ["a b", "Ġ a", "a ab", "Ì Ģ", "ab ab"]}})";
inline constexpr std::string_view kSuffixedPairs = R"({"version": "1.0", "normalizer": {"type": "Lowercase"},
    "pre_tokenizer": {"type": "WhitespaceSplit"}, "decoder": {"type": "BPEDecoder", "suffix": "</w>"},
    "model": {"type": "BPE", "end_of_word_suffix": "</w>", "continuing_subword_prefix": "", "vocab": {"a": 0, "b": 1,
        "a</w>": 2, "b</w>": 3, "ab</w>": 4, "́": 5, "ba": 6}, "merges": [["a", "b</w>"], ["b", "a"]]}})";

/// Scored pieces, and the bytes of some characters that are none.
inline constexpr std::string_view kScoredPieces = R"({"version": "1.0",
    "added_tokens": [
      {"content": "<a>", "single_word": false, "lstrip": false, "rstrip": true, "normalized": false, "special": false}],
    "normalizer": {"type": "Nmt"},
    "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
    "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"},
        {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}]},
    "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": true, "vocab": [["?", 0], ["▁", -2], ["a", -3], ["ab", -4],
        ["b", -3], ["▁ab", -5], ["<0x63>", -9], ["<0xC3>", -9], ["<0xA9>", -9], ["aaa", -6.5]]}})";

inline Tokenizer::Pipeline read(std::string_view text) {
  return mana::text::read_tokenizer_json(mana::json::Document::parse(text, "tokenizer.json").root());
}

inline const std::array<Tokenizer, 8>& tokenizers() {
  const auto make = [](std::string_view normalizer, std::string_view pre_tokenizer) {
    return Tokenizer(std::make_unique<const Tokenizer::Pipeline>(read(described(normalizer, pre_tokenizer))));
  };
  static const std::array<Tokenizer, 8> all = {
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
           R"({"type": "WhitespaceSplit"})"),
      Tokenizer(std::make_unique<const Tokenizer::Pipeline>(read(kWords))),
      Tokenizer(std::make_unique<const Tokenizer::Pipeline>(read(kBytePairs))),
      Tokenizer(std::make_unique<const Tokenizer::Pipeline>(read(kSuffixedPairs))),
      Tokenizer(std::make_unique<const Tokenizer::Pipeline>(read(kScoredPieces)))};
  return all;
}

}  // namespace mana::fuzz
