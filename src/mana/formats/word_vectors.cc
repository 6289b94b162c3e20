#include "mana/formats/word_vectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/formats/finite_values.h"

namespace mana::formats {
namespace {

bool begins_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

// FNV-1a (Fowler, Noll and Vo) with each byte's sign extended, as in every fastText file.
constexpr std::uint32_t kFnvBasis = 2166136261;
constexpr std::uint32_t kFnvPrime = 16777619;
std::uint32_t fnv1a(std::uint32_t hash, char byte) {
  const std::uint32_t value = static_cast<unsigned char>(byte);
  return (hash ^ (value < 0x80 ? value : value | 0xFFFFFF00)) * kFnvPrime;
}

constexpr std::string_view kLineEnd = "</s>";  // fastText's own word, which has no n-grams

void copy_row(std::span<const std::byte> bytes, std::uint64_t begin, std::span<float> row) {
  std::memcpy(row.data(), bytes.data() + begin, row.size_bytes());
}

void add_subwords(std::string_view word, const Subwords& subwords, std::span<float> sum, std::size_t& count) {
  std::vector<std::uint32_t> buckets;
  append_buckets(word, subwords, buckets);
  const std::size_t row_bytes = sum.size_bytes();
  for (const std::uint32_t bucket : buckets) {
    const std::byte* row = subwords.bytes.data() + std::uint64_t{bucket} * row_bytes;
    for (std::size_t i = 0; i < sum.size(); ++i) {
      float value = 0;
      std::memcpy(&value, row + i * sizeof value, sizeof value);
      sum[i] += value;
    }
  }
  count += buckets.size();
}

void divide(std::span<float> sum, std::size_t count) {
  for (float& value : sum) value /= static_cast<float>(count);
}

void require_finite(std::string_view word, std::span<const float> vector, const std::string& source) {
  if (all_finite(vector)) return;
  const auto bad = std::ranges::find_if(vector, [](float value) { return !std::isfinite(value); });
  throw FormatError(
      fmt::format("{}{}the vector of \"{}\" is not of finite numbers: number {} is {}; make the vectors again", source,
                  source.empty() ? "" : ": ", printable(word), bad - vector.begin() + 1, *bad));
}

}  // namespace

void append_buckets(std::string_view word, const Subwords& subwords, std::vector<std::uint32_t>& buckets) {
  if (word == kLineEnd) return;
  const std::string bounded = '<' + std::string(word) + '>';
  for (std::size_t begin = 0; begin < bounded.size(); ++begin) {
    if (!begins_code_point(bounded[begin])) continue;
    std::uint32_t hash = kFnvBasis;
    std::size_t end = begin;
    for (std::size_t length = 1; length <= subwords.longest && end < bounded.size(); ++length) {
      do hash = fnv1a(hash, bounded[end++]);
      while (end < bounded.size() && !begins_code_point(bounded[end]));
      const bool border_alone = length == 1 && (begin == 0 || end == bounded.size());
      if (length >= subwords.shortest && !border_alone) {
        buckets.push_back(static_cast<std::uint32_t>(hash % subwords.buckets));
      }
    }
  }
}

void WordVectors::read_row(std::size_t word, std::span<float> row) const {
  copy_row(bytes, begins.empty() ? std::uint64_t{word} * dimensions * sizeof(float) : begins[word], row);
  require_finite(words[word], row, source);
}

void WordVectors::read_vector(std::size_t word, std::span<float> vector) const {
  read_row(word, vector);
  if (!subwords) return;
  std::size_t rows = 1;
  add_subwords(words[word], *subwords, vector, rows);
  divide(vector, rows);
  require_finite(words[word], vector, source);
}

bool WordVectors::compose(std::string_view word, std::span<float> vector) const {
  std::ranges::fill(vector, 0.0f);
  if (!subwords) return false;
  std::size_t rows = 0;
  add_subwords(word, *subwords, vector, rows);
  if (rows == 0) return false;
  divide(vector, rows);
  require_finite(word, vector, source);
  return true;
}

}  // namespace mana::formats
