#include "mana/models/static/static_embedding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/operations/lookup.h"

namespace mana::models {
namespace {

using formats::StoredTensor;
using formats::StoredWeights;

const StoredTensor& matrix_at(const StoredWeights& stored_weights, std::string_view name) {
  const StoredTensor& tensor = stored_weights.at(name);
  if (tensor.shape.size() != 2 || tensor.shape[0] == 0 || tensor.shape[1] == 0) {
    throw FormatError(fmt::format("{}: tensor {} has shape {}; [tokens, dimensions] is needed",
                                  stored_weights.folder().string(), name, formats::to_string(tensor.shape)));
  }
  return tensor;
}

/// A row for each token; the tokens themselves where there is no mapping.
std::vector<std::size_t> row_numbers(const StoredWeights& stored_weights, std::size_t rows) {
  std::vector<std::size_t> numbers;
  const StoredTensor* mapping = stored_weights.find("mapping");
  if (mapping == nullptr) {
    numbers.reserve(rows);
    for (std::size_t row = 0; row < rows; ++row) numbers.push_back(row);
    return numbers;
  }
  const auto refuse = [&](const std::string& what) {
    throw FormatError(fmt::format("{}: tensor mapping {}", stored_weights.folder().string(), what));
  };
  const bool wide = mapping->dtype == DType::i64;
  if ((!wide && mapping->dtype != DType::i32) || mapping->shape.size() != 1) {
    refuse(fmt::format("holds {} {}; a list of i64 or i32 is needed", name_of(mapping->dtype),
                       formats::to_string(mapping->shape)));
  }
  const std::size_t element = size_of(mapping->dtype);
  for (std::size_t at = 0; at < mapping->bytes.size(); at += element) {
    std::int64_t number = 0;
    std::int32_t narrow = 0;
    if (wide) {
      std::memcpy(&number, mapping->bytes.data() + at, sizeof number);
    } else {
      std::memcpy(&narrow, mapping->bytes.data() + at, sizeof narrow);
      number = narrow;
    }
    if (number < 0 || static_cast<std::uint64_t>(number) >= rows) {
      refuse(fmt::format("gives a token the row {}; there are {}", number, rows));
    }
    numbers.push_back(static_cast<std::size_t>(number));
  }
  return numbers;
}

constexpr std::size_t kMostFreeValues = std::size_t{1} << 24;  // whatever the rows
constexpr std::size_t kMostCopies = 64;                        // of a row: published models have 2 to 8

/// weight[t] · embeddings[mapping[t]] for every token t.
StaticEmbedding fold_model2vec(const StoredWeights& stored_weights) {
  const StoredTensor& stored = matrix_at(stored_weights, "embeddings");
  const std::size_t width = stored.shape[1];
  const std::vector<float> rows = stored_weights.f32("embeddings", stored.shape);
  const std::vector<std::size_t> numbers = row_numbers(stored_weights, stored.shape[0]);
  std::vector<float> weights(numbers.size(), 1.0f);
  if (stored_weights.find("weights") != nullptr) weights = stored_weights.f32("weights", {numbers.size()});
  // A short list of rows may ask for a table that no memory holds.
  const std::size_t most = std::max(kMostFreeValues, rows.size() * kMostCopies);
  if (numbers.size() > most / width) {
    throw FormatError(
        fmt::format("{}: tensor mapping makes {} rows of {} values out of {} rows; at most {} values are made of those",
                    stored_weights.folder().string(), numbers.size(), width, stored.shape[0], most));
  }
  const auto table = std::make_shared<std::vector<float>>(numbers.size() * width);
  for (std::size_t token = 0; token < numbers.size(); ++token) {
    const auto row = std::span(rows).subspan(numbers[token] * width, width);
    for (std::size_t i = 0; i < width; ++i) (*table)[token * width + i] = weights[token] * row[i];
  }
  return {nn::EmbeddingTable(std::as_bytes(std::span(*table)), DType::f32, width, table)};
}

constexpr PartNames kParts[] = {{"table", {"embedding"}, "token embeddings"}};
constexpr NameTable kNames(kParts, "");

}  // namespace

const NameTable& StaticEmbedding::names() const { return kNames; }

EncoderFacts StaticEmbedding::facts() const {
  return {.width = width(),
          .vocabulary = vocabulary(),
          .positions = positions(),
          .listed = {{"type", std::string("static")}, {"width", width()}, {"vocabulary", vocabulary()}},
          .summary = fmt::format("mean of static vectors of {}", width())};
}

Tensor StaticEmbedding::operator()(const nn::Run& run, const nn::TokenBatch& batch, std::size_t) const {
  return operations::mean_of_lookups(run, table.stored(), batch.ids, batch.sequences());
}

/// dtable[id_t] += dy / n
nn::Variable StaticEmbedding::operator()(const nn::Training& training, const nn::TokenBatch& batch,
                                         std::size_t prompt_tokens) const {
  Tensor y = (*this)(training.run(), batch, prompt_tokens);
  autograd::Parameter& parameter = *training.parts.of(table).table;
  if (parameter.frozen) return training.tape.constant(std::move(y));
  return training.tape.record(std::move(y), [training, batch, &parameter](const Tensor& dy) {
    const auto timer = training.run().timer("embeddings gradient");
    operations::add_mean_lookup_gradient(training.run(), batch.ids, batch.sequences(), dy, parameter.gradient.data());
    nn::touch(parameter, batch.ids);
  });
}

StaticEmbedding load_static_embedding(std::shared_ptr<const StoredWeights> stored_weights) {
  constexpr std::string_view kName = "embedding.weight";
  if (stored_weights->find(kName) == nullptr && stored_weights->find("embeddings") != nullptr) {
    return fold_model2vec(*stored_weights);
  }
  const std::size_t width = matrix_at(*stored_weights, kName).shape[1];
  formats::LookupTable stored = formats::lookup_table(std::move(stored_weights), kName);
  return {nn::EmbeddingTable(stored.bytes, stored.dtype, width, std::move(stored.owner))};
}

bool is_static_tensor(std::string_view name) {
  return name == "embedding.weight" || name == "embeddings" || name == "mapping" || name == "weights";
}

}  // namespace mana::models
