// The first byte chooses in what pieces the rest, packed by gzip or zstd or broken, is given and taken: what comes out
// and whether the data are refused does not depend on it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mana/data/unpacker.h"

namespace {

using mana::data::Unpacker;
using mana::data::UnpackStep;

constexpr std::size_t kMost = std::size_t{1} << 20;  // a few bytes may unpack to gigabytes

struct Result {
  std::string text;
  bool broken = false;
  bool whole = false;
};

/// What is packed, or the first kMost bytes of it.
Result unpacked(const Unpacker& unpacker, std::string_view packed, std::size_t piece, std::size_t room) {
  Result result;
  std::string block(room, '\0');
  std::string_view rest;
  while (result.text.size() < kMost) {
    const UnpackStep step = unpacker(rest, std::span(block));
    if (step.taken > rest.size() || step.written > block.size()) std::abort();
    rest.remove_prefix(step.taken);
    result.text.append(block, 0, step.written);
    result.whole = step.whole;
    result.broken = !step.mistake.empty();
    if (result.broken) break;
    if (step.written > 0) continue;
    if (!rest.empty()) std::abort();  // nothing was done, and it would be so for ever
    if (packed.empty()) break;
    rest = packed.substr(0, std::min(piece, packed.size()));
    packed.remove_prefix(rest.size());
  }
  result.text.resize(std::min(result.text.size(), kMost));
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view packed(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto* const compression = mana::data::compression_of(packed).compression;
  if (compression == nullptr) return 0;
  const Result whole = unpacked(compression->unpacker(), packed, packed.size(), std::size_t{1} << 16);
  const Result parts = unpacked(compression->unpacker(), packed, data[0] % 16 + 1, std::size_t{1} << data[0] / 16);
  const std::size_t same = std::min(whole.text.size(), parts.text.size());
  if (whole.text.substr(0, same) != parts.text.substr(0, same)) std::abort();
  if (whole.text.size() < kMost && !whole.broken && !parts.broken &&
      (whole.whole != parts.whole || whole.text != parts.text))
    std::abort();
  return 0;
}
