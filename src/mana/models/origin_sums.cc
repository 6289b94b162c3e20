#include "mana/models/origin_sums.h"

#include <algorithm>
#include <string>

#include "mana/base/file.h"
#include "mana/base/xxh64.h"
#include "mana/hub/tokenizer_files.h"

namespace mana::models {

std::uint64_t with_all(std::uint64_t sum, std::span<const std::byte> bytes) { return xxh64(bytes, sum); }

std::uint64_t with_sample(std::uint64_t sum, std::span<const std::byte> bytes) {
  constexpr std::size_t kSample = 64;
  const std::size_t size = std::min(bytes.size(), kSample);
  sum = xxh64(bytes.first(size), sum);
  return xxh64(bytes.subspan((bytes.size() - size) / 2, size), sum);
}

std::uint64_t with_text(std::uint64_t sum, std::string_view text) { return xxh64(std::as_bytes(std::span(text)), sum); }

std::uint64_t with_weights(std::uint64_t sum, const formats::StoredWeights& weights, ExtendSum extend) {
  for (const formats::WeightFile& file : weights.files()) {
    for (const auto& [name, tensor] : file.tensors()) {
      sum = with_text(sum, name);
      sum = with_text(sum, name_of(tensor.dtype));
      sum = with_text(sum, formats::to_string(tensor.shape));
      sum = extend(sum, tensor.bytes);
      file.forget(tensor.bytes);  // what was looked at stays in no memory of ours
    }
  }
  for (const std::string& name : weights.replaced()) {  // by an adapter
    sum = extend(with_text(sum, name), weights.at(name).bytes);
  }
  return sum;
}

std::uint64_t with_tokenizer(std::uint64_t sum, const std::filesystem::path& folder) {
  for (const std::string_view name : hub::kTokenizerFiles) {
    const std::filesystem::path path = folder / name;
    if (file_exists(path)) sum = with_text(with_text(sum, name), read_file(path));
  }
  return sum;
}

}  // namespace mana::models
