#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mana/base/random.h"
#include "mana/base/temporary_folder.h"
#include "mana/data/pretraining/masking.h"
#include "mana/data/pretraining/token_file.h"
#include "mana/data/pretraining/token_file_writer.h"
#include "mana/text/test_folder.h"

/// Tokenizers and corpora for tests.
namespace mana::data {

inline constexpr std::int32_t kWords = 400, kEndings = 95;

/// BERT's, of 400 words "w0", "w1", … that begin with id 5, and 95 endings "##e0", … behind them: 500 tokens.
inline text::Tokenizer word_tokenizer(bool mask = true) {
  std::string vocabulary = mask ? "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n" : "[PAD]\n[UNK]\n[CLS]\n[SEP]\nno\n";
  for (int i = 0; i < kWords; ++i) vocabulary += "w" + std::to_string(i) + "\n";
  for (int i = 0; i < kEndings; ++i) vocabulary += "##e" + std::to_string(i) + "\n";
  return text::TestFolder{{"vocab.txt", vocabulary}}.load();
}

/// Sentences of documents: how many tokens each has.
using DocumentLengths = std::vector<std::vector<std::uint32_t>>;

/// `documents` of 1 to 2 `mean` sentences, of 1 to 39 tokens.
inline DocumentLengths random_lengths(std::size_t documents, std::size_t mean, std::uint64_t seed = 1) {
  Random random(seed);
  DocumentLengths lengths(documents);
  for (auto& document : lengths) {
    document.resize(1 + random.below(2 * mean));
    for (std::uint32_t& sentence : document) sentence = 1 + random.below(39);
  }
  return lengths;
}

/// A token file of random words and endings; a hundredth of the tokens is unknown.
inline TokenFile random_tokens(const std::filesystem::path& path, const DocumentLengths& documents,
                               std::uint64_t vocabulary = 5 + kWords + kEndings, std::uint64_t seed = 2) {
  Random random(seed);
  TokenFileWriter writer(path, {.text = 1, .tokenizer = 2, .vocabulary = vocabulary});
  for (const auto& document : documents) {
    writer.begin_document();
    for (const std::uint32_t length : document) {
      std::vector<std::int32_t> tokens(length);
      for (std::int32_t& id : tokens) {
        id = random.uniform() < 0.01 ? 1 : static_cast<std::int32_t>(5 + random.below(vocabulary - 5));
      }
      writer.add(tokens, std::span(&length, 1));
    }
  }
  writer.commit();
  return TokenFile::open(path);
}

}  // namespace mana::data
