#include "mana/models/masked/masked_model.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/models/families.h"
#include "mana/models/masked/masked_files.h"
#include "mana/models/weight_reader.h"
#include "mana/operations/lookup.h"

namespace mana::models {

namespace {

void require_tied(const json::Value& config) {
  if (const auto tied = config.find("tie_word_embeddings"); tied && !tied->boolean()) {
    tied->fail("is false; only a head whose matrix is the word table is supported");
  }
}

}  // namespace

MaskedModelConfig read_masked_model_config(const std::filesystem::path& folder) {
  require_tied(json::Document::read(folder / "config.json").root());
  return std::get<MaskedModelConfig>(read_encoder_config(folder));
}

MaskedModelConfig masked_model_config(const json::Value& config) {
  if (const auto type = config.find("model_type"); type && type->string() != MaskedModelConfig::kFamily) {
    type->fail(fmt::format("is '{}'; only '{}' is supported", type->string(), MaskedModelConfig::kFamily));
  }
  require_tied(config);
  return MaskedModelConfig::read(config);
}

MaskedModel load_masked_model(const std::filesystem::path& folder, const kernels::WeightLayout& layout) {
  const MaskedModelConfig config = read_masked_model_config(folder);
  MaskedFiles files(folder, config);
  MaskedModel model = MaskedModel::make(config, true, layout);
  if (!files.has("words.transform", model.words.transform)) {
    throw FormatError(fmt::format("{} has no head that says which word is hidden; mana train mlm --model makes one",
                                  folder.string()));
  }
  if (!files.has("next.classes", model.next->classes)) model.next.reset();
  nn::walk(model, WeightReader(files));
  return model;
}

Tensor rows_of(const nn::Run& run, const Tensor& x, std::span<const std::int32_t> rows) {
  const std::span<const float> values(x.data(), x.rows() * x.columns());
  const std::array<operations::Lookup, 1> lookups{
      {{.table = {std::as_bytes(values), DType::f32, x.columns()}, .ids = rows}}};
  const std::array<std::uint32_t, 2> offsets{0, static_cast<std::uint32_t>(rows.size())};
  return operations::sum_of_lookups(run, lookups, {.offsets = offsets});
}

}  // namespace mana::models
