#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "mana/base/errors.h"
#include "mana/formats/safetensors.h"

/// Whatever the bytes: either a FormatError, or tensors that lie in them and cover their data.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  mana::formats::SafetensorsContent content;
  try {
    content = mana::formats::parse_safetensors(file, "input");
  } catch (const mana::FormatError&) {
    return 0;
  }
  std::size_t covered = 0;
  for (const auto& [name, tensor] : content.tensors) {
    if (tensor.bytes.data() < file.data() || tensor.bytes.data() + tensor.bytes.size() > file.data() + size)
      std::abort();
    covered += tensor.bytes.size();
    const std::uint64_t elements = mana::formats::element_count(tensor.shape);
    if (elements * mana::size_of(tensor.dtype) != tensor.bytes.size()) std::abort();
    std::vector<float> values(elements);
    try {
      mana::formats::to_f32(tensor, values);
    } catch (const mana::FormatError&) {  // integers
    }
  }
  if (covered >= size) std::abort();
  return 0;
}
