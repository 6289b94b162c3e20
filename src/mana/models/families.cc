#include "mana/models/families.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "mana/models/transformer/config.h"

namespace mana::models {
namespace {

template <class... Encoders>
EncoderConfig read(const json::Value& root, FamilyList<Encoders...>) {
  const json::Value type = root.at("model_type");
  std::optional<EncoderConfig> config;
  const auto try_family = [&]<class Config>(std::type_identity<Config>) {
    if (type.string() == Config::kFamily) config = Config::read(root);
  };
  (try_family(std::type_identity<typename Encoders::Config>()), ...);
  if (config) return *std::move(config);
  if (is_translator_type(type.string())) {
    type.fail(fmt::format("is '{}': a translator, which makes no vectors; mana translate takes it", type.string()));
  }
  const std::vector<std::string> known = {fmt::format("'{}'", Encoders::Config::kFamily)...};
  type.fail(fmt::format("is '{}'; only {} is supported", type.string(), fmt::join(known, " or ")));
}

template <class... Encoders>
TextEncoder make(const EncoderConfig& config, PoolTokens pool, const kernels::WeightLayout& layout,
                 FamilyList<Encoders...>) {
  std::optional<TextEncoder> made;
  const auto try_family = [&]<class Encoder>(std::type_identity<Encoder>) {
    const auto* const own = std::get_if<typename Encoder::Config>(&config);
    if (own != nullptr) made = Pooled<Encoder>{Encoder::make(*own, layout), own->facts(), std::move(pool)};
  };
  (try_family(std::type_identity<Encoders>()), ...);
  return *std::move(made);
}

}  // namespace

EncoderConfig read_encoder_config(const std::filesystem::path& folder) {
  const json::Document document = json::Document::read(folder / "config.json");
  return read(document.root(), Families());
}

EncoderFacts facts_of(const EncoderConfig& config) {
  return std::visit([](const auto& of_family) { return of_family.facts(); }, config);
}

const NameTable& names_of(const EncoderConfig& config) {
  return std::visit([](const auto& of_family) -> const NameTable& { return of_family.names(); }, config);
}

TextEncoder make_encoder(const EncoderConfig& config, PoolTokens pool, const kernels::WeightLayout& layout) {
  return make(config, std::move(pool), layout, Families());
}

}  // namespace mana::models
