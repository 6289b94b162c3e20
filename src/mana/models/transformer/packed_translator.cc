#include "mana/models/transformer/packed_translator.h"

#include <array>
#include <concepts>
#include <functional>
#include <string_view>

#include "mana/base/file.h"
#include "mana/formats/safetensors.h"
#include "mana/models/transformer/transformer_files.h"
#include "mana/models/transformer/translator_folder.h"

namespace mana::models {
namespace {

/// The tokenizers, as text::Tokenizer::compiled() gives them.
constexpr std::string_view kSource = "tokenizer.source:compiled", kTarget = "tokenizer.target:compiled";

/// Visits what has weights of its own: where both sides look up one table, it is the source's.
template <class Model, class Visit>
void walk_own(Model& model, Visit&& visit) {
  nn::walk(model, [&](const nn::Place& place, auto& part) {
    if constexpr (std::same_as<std::remove_cvref_t<decltype(part)>, nn::EmbeddingTable>) {
      if (model.config.one_table && &part == &model.target.word) return;
    }
    visit(place, part);
  });
}

}  // namespace

bool is_packed_alone(const std::filesystem::path& translator) {
  return file_exists(translator / kPackedModelFile) && !formats::has_stored_weights(translator);
}

std::optional<PackedTranslator> PackedTranslator::open(const std::filesystem::path& folder) {
  std::function<std::uint64_t()> sample;
  if (!is_packed_alone(folder)) sample = [&] { return translator_sample(folder); };
  auto packed = PackedWeights::open(folder, std::array{kSource, kTarget}, sample);
  if (!packed) return std::nullopt;
  return PackedTranslator(folder, *std::move(packed));
}

Transformer PackedTranslator::load(const kernels::Table& kernels) const {
  Transformer model = Transformer::make(TransformerConfig::read(folder_), kernels.layout);
  walk_own(model, packed_.reader());
  if (model.config.one_table) model.target.word = model.source.word;
  return model;
}

text::MarianTokenizers PackedTranslator::tokenizers() const {
  return {packed_.tokenizer(kSource), packed_.tokenizer(kTarget)};
}

void PackedTranslator::require_origin() const {
  packed_.require_content([&] { return translator_content(folder_); });
}

void write_packed_translator(const std::filesystem::path& folder, std::span<const PackTarget> targets,
                             std::optional<kernels::Precision> precision) {
  const std::vector<const kernels::Table*> layouts = pack_layouts(targets, precision);
  const formats::PackedOrigin origin = {translator_sample(folder), translator_content(folder)};
  std::vector<Transformer> models;  // the sections' bytes
  models.reserve(layouts.size());
  SectionWriter writer;
  std::string description;
  add_description(writer, layouts, precision, description);
  for (const kernels::Table* kernels : layouts) {
    walk_own(std::as_const(models.emplace_back(load_transformer(folder, kernels->layout))), writer);
    writer.next_model();
  }
  const text::MarianTokenizers tokenizers = text::read_marian_tokenizers(folder);
  const std::vector<std::byte> source = tokenizers.source.compiled(), target = tokenizers.target.compiled();
  writer.add(std::string(kSource), source);
  writer.add(std::string(kTarget), target);
  formats::write_packed_file(folder / kPackedModelFile, writer.sections(), origin);
}

}  // namespace mana::models
