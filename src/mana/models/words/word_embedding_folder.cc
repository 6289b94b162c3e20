#include "mana/models/words/word_embedding_folder.h"

#include <fmt/format.h>

#include <memory>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/base/valid_utf8.h"
#include "mana/formats/safetensors.h"
#include "mana/formats/sentence_folder.h"
#include "mana/formats/sentence_tokenizer.h"
#include "mana/formats/word_record.h"
#include "mana/formats/word_tokenizer.h"
#include "mana/models/sentence/written_model.h"
#include "mana/models/static/static_embedding.h"
#include "mana/tensor/buffer.h"
#include "mana/text/tokenizer.h"

namespace mana::models {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kModules = R"([
  {
    "idx": 0,
    "name": "0",
    "path": "",
    "type": "sentence_transformers.models.StaticEmbedding"
  }
]
)";
constexpr std::string_view kSettings = R"({
  "prompts": {},
  "default_prompt_name": null,
  "similarity_fn_name": "cosine"
}
)";

void write_file(const fs::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

/// a / (a + p(w)) for every word; ones without `sif`.
std::vector<float> weights_of(const formats::WordVectors& vectors, std::optional<double> sif) {
  std::vector<float> weights(vectors.size(), 1.0f);
  if (!sif) return weights;
  if (!(*sif > 0)) throw ArgumentError("the a of SIF weights must be larger than 0");
  const double total = std::accumulate(vectors.counts.begin(), vectors.counts.end(), 0.0);
  if (vectors.counts.size() != vectors.size() || total == 0) {
    throw ArgumentError("SIF weights need the counts of the words, which these vectors lack");
  }
  for (std::size_t word = 0; word < weights.size(); ++word) {
    weights[word] = static_cast<float>(*sif / (*sif + static_cast<double>(vectors.counts[word]) / total));
  }
  return weights;
}

void require_distinct(const formats::WordVectors& vectors) {
  std::unordered_set<std::string_view> words;
  words.reserve(vectors.size());
  for (const std::string_view word : vectors.words) {
    if (!is_utf8(word)) {
      throw ArgumentError(fmt::format("the word \"{}\" is not UTF-8, as a tokenizer's must be", printable(word)));
    }
    if (!words.insert(word).second) {
      throw ArgumentError(fmt::format("the word \"{}\" is there twice; a tokenizer knows it once", printable(word)));
    }
  }
}

}  // namespace

void write_word_embedding_folder(const fs::path& folder, const formats::WordVectors& vectors,
                                 const text::WordSegmentation& segmentation, std::optional<double> sif,
                                 AtomicFolder::Existing existing) {
  require_distinct(vectors);
  const std::vector<float> weights = weights_of(vectors, sif);
  const std::size_t width = vectors.dimensions;
  Buffer<float> table((vectors.size() + 1) * width);  // the last row is that of unknown words
  for (std::size_t word = 0; word < vectors.size(); ++word) {
    const std::span row(table.data() + word * width, width);
    vectors.read_vector(word, row);
    for (float& value : row) value *= weights[word];
  }
  AtomicFolder output(folder, existing, foreign_file);
  formats::write_word_tokenizer(output.temporary() / "tokenizer.json", vectors.words, segmentation);
  const formats::TensorToWrite tensor{"embedding.weight",
                                      DType::f32,
                                      {vectors.size() + 1, width},
                                      std::as_bytes(std::span(table.data(), table.size()))};
  formats::write_safetensors(output.temporary() / "model.safetensors", {&tensor, 1});
  formats::write_word_record(output.temporary(), vectors);
  write_file(output.temporary() / "modules.json", kModules);
  write_file(output.temporary() / "config_sentence_transformers.json", kSettings);
  output.commit();
}

formats::WordVectors open_word_embedding_folder(const fs::path& folder) {
  const formats::SentenceFolder model = formats::read_sentence_folder(folder);
  if (model.contextual) {
    throw ArgumentError(fmt::format(
        "{} has no vectors of words: it is no static embedding; use one, or a file of word vectors", folder.string()));
  }
  struct Owned {
    text::Tokenizer tokenizer;
    StaticEmbedding model;
    Buffer<float> converted = {};
  };
  const auto owned = std::make_shared<Owned>(
      Owned{formats::load_tokenizer(model), load_static_embedding(std::make_shared<formats::StoredWeights>(
                                                formats::StoredWeights::open(model.transformer)))});
  const nn::EmbeddingTable& table = owned->model.table;
  const std::size_t width = table.width();
  formats::WordVectors vectors;
  vectors.dimensions = width;
  vectors.bytes = table.bytes();
  if (table.dtype() != DType::f32) {
    owned->converted = Buffer<float>(table.rows() * width);
    for (std::size_t row = 0; row < table.rows(); ++row) table.add(row, {owned->converted.data() + row * width, width});
    vectors.bytes = std::as_bytes(std::span(owned->converted.data(), owned->converted.size()));
  }
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto token = owned->tokenizer.find_token(static_cast<text::TokenId>(row));
    if (!token) continue;
    vectors.words.push_back(*token);
    vectors.begins.push_back(row * width * sizeof(float));
  }
  if (vectors.size() == table.rows()) vectors.begins.clear();
  vectors.owner = owned;
  vectors.source = folder.string();
  formats::read_word_record(model.transformer, vectors);
  return vectors;
}

}  // namespace mana::models
