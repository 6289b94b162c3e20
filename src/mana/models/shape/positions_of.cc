#include "mana/models/shape/positions_of.h"

#include <fmt/format.h>

#include "mana/formats/sentence_folder.h"
#include "mana/formats/stored_values.h"
#include "mana/models/sentence/adapter.h"
#include "mana/models/sentence/encoder_tensors.h"
#include "mana/models/transformer/transformer_files.h"

namespace mana::models {
namespace {

PositionFacts positions_of(const TransformerConfig& config) {
  using Kind = TransformerConfig::PositionKind;
  const std::string_view kind = config.position_kind == Kind::sinusoidal ? "sinusoidal"
                                : config.position_kind == Kind::trained  ? "trained"
                                                                         : "none";
  return {kind, config.positions, config.model, config.sinusoids};
}

PositionFacts positions_of(const EncoderShape& encoder) {
  return {"trained", encoder.config.positions, encoder.config.model, {}};
}

std::vector<PositionTable> tables(const std::vector<CountedTensor>& tensors, const formats::StoredWeights& weights) {
  std::vector<PositionTable> found;
  for (const CountedTensor& tensor : tensors) {
    if (tensor.part.find("position") == std::string::npos) continue;
    const formats::StoredValues values = formats::stored_values(weights, tensor.name, tensor.shape);
    found.push_back({tensor.part, tensor.shape.at(0), tensor.shape.at(1), {values.begin(), values.end()}});
  }
  return found;
}

}  // namespace

PositionFacts positions_of(const ShapeConfig& config) {
  return std::visit([](const auto& of_family) { return positions_of(of_family); }, config);
}

std::vector<PositionTable> trained_positions(const std::filesystem::path& folder) {
  if (is_translator(folder)) return tables(transformer_tensors(folder), formats::StoredWeights::open(folder));
  const formats::SentenceFolder sentence = formats::read_sentence_folder(folder);
  const formats::StoredWeights weights = open_encoder(sentence);
  return tables(encoder_tensors(sentence, weights), weights);
}

}  // namespace mana::models
