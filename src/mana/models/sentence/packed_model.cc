#include "mana/models/sentence/packed_model.h"

#include <functional>

#include "mana/base/file.h"
#include "mana/formats/safetensors.h"
#include "mana/formats/sentence_tokenizer.h"
#include "mana/models/sentence/origin.h"

namespace mana::models {
namespace {

/// The tokenizer, as text::Tokenizer::compiled() gives it.
constexpr std::string_view kTokenizerSection = "tokenizer:compiled";

}  // namespace

bool is_packed_alone(const formats::SentenceFolder& folder) {
  return !folder.adapter && file_exists(folder.folder / kPackedModelFile) &&
         !formats::has_stored_weights(folder.transformer);
}

std::optional<PackedModel> PackedModel::open(const formats::SentenceFolder& folder) {
  std::function<std::uint64_t()> sample;
  if (!is_packed_alone(folder)) sample = [&] { return origin_sample(folder); };
  auto packed = PackedWeights::open(folder.folder, std::span(&kTokenizerSection, 1), sample);
  if (!packed) return std::nullopt;
  return PackedModel(*std::move(packed));
}

SentenceModel PackedModel::load(const formats::SentenceFolder& folder,
                                const std::vector<formats::SentenceModule>& modules,
                                const kernels::Table& kernels) const {
  SentenceModel model = make_sentence_model(folder, modules, kernels.layout);
  walk_weights(model, packed_.reader());
  return model;
}

text::Tokenizer PackedModel::tokenizer() const { return packed_.tokenizer(kTokenizerSection); }

void PackedModel::require_origin(const formats::SentenceFolder& folder) const {
  packed_.require_content([&] { return origin_content(folder); });
}

void write_packed_model(const std::filesystem::path& folder, std::span<const PackTarget> targets,
                        std::optional<kernels::Precision> precision) {
  const std::vector<const kernels::Table*> layouts = pack_layouts(targets, precision);
  const formats::SentenceFolder source = formats::read_sentence_folder(folder);
  const formats::PackedOrigin origin = {origin_sample(source), origin_content(source)};
  std::vector<SentenceModel> models;  // the sections' bytes
  models.reserve(layouts.size());
  SectionWriter writer;
  std::string description;
  add_description(writer, layouts, precision, description);
  for (const kernels::Table* kernels : layouts) {
    walk_weights(std::as_const(models.emplace_back(load_sentence_model(source, source.modules, *kernels))), writer);
    writer.next_model();
  }
  const std::vector<std::byte> tokenizer = formats::load_tokenizer(source, models.front().vocabulary()).compiled();
  writer.add(std::string(kTokenizerSection), tokenizer);
  formats::write_packed_file(source.folder / kPackedModelFile, writer.sections(), origin);
}

}  // namespace mana::models
