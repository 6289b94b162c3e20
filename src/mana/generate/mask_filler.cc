#include "mana/generate/mask_filler.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "mana/base/errors.h"
#include "mana/kernels/required_precision.h"

namespace mana::generate {
namespace {

const kernels::Table& table_of(kernels::Isa isa, kernels::Precision precision) {
  kernels::require_available(precision, isa);
  return kernels::table(isa, precision);
}

}  // namespace

text::TokenId mask_of(const text::Tokenizer& tokenizer) {
  for (const std::string_view name : {"[MASK]", "<mask>"}) {
    if (const auto id = tokenizer.id(name)) return *id;
  }
  throw ArgumentError("the model's tokenizer has no [MASK], so it cannot say which word is hidden");
}

MaskFiller::MaskFiller(const std::filesystem::path& folder, kernels::Isa isa, kernels::Precision precision,
                       unsigned threads)
    : tokenizer_(text::Tokenizer::load(folder)),
      kernels_(table_of(isa, precision)),
      model_(models::load_masked_model(folder, kernels_.layout)),
      likeliest_(model_.words.decoder.weights),
      mask_(mask_of(tokenizer_)),
      team_(threads) {
  const models::MaskedModelConfig& config = model_.encoder.config;
  tokenizer_.require_vectors(config.vocabulary, config.types, folder.string());
}

std::vector<std::vector<Candidate>> MaskFiller::operator()(std::string_view text, std::size_t count) {
  const text::Encoding encoding = tokenizer_.encode(text);
  if (const std::size_t positions = model_.encoder.config.positions; encoding.ids.size() > positions) {
    throw ArgumentError(
        fmt::format("the text has {} tokens, but the model has {} positions", encoding.ids.size(), positions));
  }
  std::vector<std::int32_t> places;
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    if (encoding.ids[i] == mask_) places.push_back(static_cast<std::int32_t>(i));
  }
  if (places.empty()) throw ArgumentError(fmt::format("the text hides no word: write {} in its place", mask()));
  Pool pool;
  const nn::Run run{kernels_, pool, &team_};
  const std::array<std::uint32_t, 2> offsets{0, static_cast<std::uint32_t>(encoding.ids.size())};
  std::vector<text::TokenId> types;  // none where the tokenizer gives none: what its template names may have no vector
  if (tokenizer_.has_types()) tokenizer_.append_types(encoding.ids.size(), types);
  const Tensor states = model_.encoder(run, {.ids = encoding.ids, .type_ids = types, .offsets = offsets});
  const Tensor hidden = model_.words.states(run, models::rows_of(run, states, places));
  std::vector<std::vector<Candidate>> answers;
  likeliest_(run, hidden, std::vector<Question>(places.size(), {.count = count, .forbidden = {}}), answers);
  return answers;
}

}  // namespace mana::generate
