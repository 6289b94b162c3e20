#include "mana/models/sentence/origin.h"

#include <algorithm>
#include <string>
#include <vector>

#include "mana/base/file.h"
#include "mana/base/xxh64.h"
#include "mana/formats/safetensors.h"
#include "mana/hub/tokenizer_files.h"
#include "mana/models/sentence/adapter.h"

namespace mana::models {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t kSample = 64;

std::uint64_t extended(std::uint64_t sum, std::string_view text) { return xxh64(std::as_bytes(std::span(text)), sum); }

std::uint64_t sampled(std::uint64_t sum, Bytes bytes) {
  const std::size_t size = std::min(bytes.size(), kSample);
  sum = xxh64(bytes.first(size), sum);
  return xxh64(bytes.subspan((bytes.size() - size) / 2, size), sum);
}

template <class Extend>
std::uint64_t sum_of_weights(std::uint64_t sum, const formats::StoredWeights& stored_weights, const Extend& extend) {
  for (const formats::WeightFile& file : stored_weights.files()) {
    for (const auto& [name, tensor] : file.tensors()) {
      sum = extended(sum, name);
      sum = extended(sum, name_of(tensor.dtype));
      sum = extended(sum, formats::to_string(tensor.shape));
      sum = extend(sum, tensor.bytes);
      file.forget(tensor.bytes);  // what was looked at stays in no memory of ours
    }
  }
  for (const std::string& name : stored_weights.replaced()) {  // by an adapter
    sum = extend(extended(sum, name), stored_weights.at(name).bytes);
  }
  return sum;
}

template <class Extend>
std::uint64_t sum_of(const formats::SentenceFolder& folder, const Extend& extend) {
  std::uint64_t sum = sum_of_weights(0, open_encoder(folder), extend);
  for (const formats::SentenceModule& module : folder.modules) {
    const std::filesystem::path* const weights = formats::weights_folder(module);
    if (weights != nullptr) sum = sum_of_weights(sum, formats::StoredWeights::open(*weights), extend);
  }
  for (const std::string_view name : hub::kTokenizerFiles) {
    const std::filesystem::path path = folder.transformer / name;
    if (file_exists(path)) sum = extended(extended(sum, name), read_file(path));
  }
  if (folder.lower_case) sum = extended(sum, "lower case");
  return sum;
}

}  // namespace

std::uint64_t origin_sample(const formats::SentenceFolder& folder) { return sum_of(folder, sampled); }

std::uint64_t origin_content(const formats::SentenceFolder& folder) {
  return sum_of(folder, [](std::uint64_t sum, Bytes bytes) { return xxh64(bytes, sum); });
}

}  // namespace mana::models
