#include "mana/compress/vocabulary.h"

#include <fmt/format.h>

#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/compress/kept_tokens.h"
#include "mana/compress/token_counts.h"
#include "mana/compress/tokenizer_files.h"
#include "mana/formats/sentence_tokenizer.h"
#include "mana/models/sentence/encoder_tensors.h"
#include "mana/models/sentence/model_folder.h"

namespace mana::compress {
namespace {

namespace fs = std::filesystem;

/// The tensor with a row for each token.
std::string table_name(const formats::SentenceFolder& model) {
  const formats::StoredWeights stored_weights = formats::StoredWeights::open(model.transformer);
  if (model.contextual) {
    return models::encoder_tensors(model, stored_weights).front().name;
  }
  if (stored_weights.find("embedding.weight") == nullptr) {
    throw ArgumentError(fmt::format("{} stores its vectors as model2vec does, whose vocabulary is not reduced here",
                                    model.folder.string()));
  }
  return "embedding.weight";
}

std::vector<std::byte> kept_rows(const formats::StoredTensor& table, const std::vector<std::int64_t>& kept) {
  const std::size_t row = table.bytes.size() / table.shape.at(0);
  std::vector<std::byte> rows(kept.size() * row);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    std::memcpy(rows.data() + i * row, table.bytes.data() + static_cast<std::size_t>(kept[i]) * row, row);
  }
  return rows;
}

}  // namespace

void reduce_vocabulary(const fs::path& folder, std::size_t size, std::span<const std::string> corpus) {
  const formats::SentenceFolder model = formats::read_sentence_folder(folder);
  const std::string table = table_name(model);
  const std::uint64_t rows = formats::StoredWeights::open(model.transformer).at(table).shape.at(0);
  const text::Tokenizer tokenizer = formats::load_tokenizer(model, rows);
  tokenizer.require_vectors(rows, std::numeric_limits<std::size_t>::max(), "the model");
  const TokenizerFiles files(model.transformer, tokenizer);
  const std::string prefix = files.continuing_prefix();
  const std::vector<VocabularyToken> tokens = files.tokens(count_tokens(tokenizer, rows, corpus));
  const auto is_read = [&](const std::string& tensor) {
    return !model.contextual || models::names_of(models::encoder_config(model)).is_of_the_encoder(tensor);
  };
  const std::vector<std::int64_t> kept = tokens_to_keep(tokens, size, prefix);
  models::rewrite_weights(model.transformer, [&](const formats::StoredTensor& stored, models::ChangedTensor& tensor) {
    if (tensor.name == table) {
      tensor.shape[0] = kept.size();
      tensor.bytes = kept_rows(stored, kept);
      return true;
    }
    // What else has a row for each token belongs to a head, which the vectors do not depend on.
    return stored.shape.empty() || stored.shape[0] != rows || rows == 0 || is_read(tensor.name);
  });
  const Renumbering numbers(kept);
  files.renumber(numbers);
  models::edit_json(model.transformer / "config.json", [&](models::Json& config) {
    config["vocab_size"] = numbers.size();
    for (auto& [key, id] : config.items()) {
      if (key.ends_with("_token_id")) numbers.change(id);
    }
  });
  const text::Tokenizer reduced = formats::load_tokenizer(formats::read_sentence_folder(folder), kept.size());
  for (const VocabularyToken& token : tokens) {
    const auto number = numbers.of(token.id);
    if (number && reduced.id(token.text) != static_cast<text::TokenId>(*number)) {
      throw FormatError(
          fmt::format("{}: the token \"{}\" cannot keep its vector in a smaller vocabulary, since added tokens "
                      "are numbered behind all others; the vocabulary has gaps or repetitions",
                      folder.string(), printable(token.text)));
    }
  }
}

}  // namespace mana::compress
