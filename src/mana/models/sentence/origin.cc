#include "mana/models/sentence/origin.h"

#include "mana/models/origin_sums.h"
#include "mana/models/sentence/adapter.h"

namespace mana::models {
namespace {

std::uint64_t sum_of(const formats::SentenceFolder& folder, ExtendSum extend) {
  std::uint64_t sum = with_weights(0, open_encoder(folder), extend);
  for (const formats::SentenceModule& module : folder.modules) {
    const std::filesystem::path* const weights = formats::weights_folder(module);
    if (weights != nullptr) sum = with_weights(sum, formats::StoredWeights::open(*weights), extend);
  }
  sum = with_tokenizer(sum, folder.transformer);
  return folder.lower_case ? with_text(sum, "lower case") : sum;
}

}  // namespace

std::uint64_t origin_sample(const formats::SentenceFolder& folder) { return sum_of(folder, with_sample); }

std::uint64_t origin_content(const formats::SentenceFolder& folder) { return sum_of(folder, with_all); }

}  // namespace mana::models
