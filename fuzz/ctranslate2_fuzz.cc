#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include "mana/base/errors.h"
#include "mana/formats/ctranslate2.h"

/// Whatever the bytes: either a FormatError, or variables that lie in them and are as long as their shapes say.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  std::optional<mana::formats::Ctranslate2> model;
  try {
    model.emplace(file, "input");
  } catch (const mana::FormatError&) {
    return 0;
  }
  for (const auto& [name, tensor] : model->content().variables) {
    if (tensor.bytes.data() < file.data() || tensor.bytes.data() + tensor.bytes.size() > file.data() + size)
      std::abort();
    const std::uint64_t elements = mana::formats::element_count(tensor.shape);
    if (elements * mana::size_of(tensor.dtype) != tensor.bytes.size()) std::abort();
    try {
      if (model->f32(name).size() != elements) std::abort();
    } catch (const mana::FormatError&) {  // integers without a scale
    }
    try {
      if (!model->number(name)) std::abort();
    } catch (const mana::FormatError&) {  // more than one, or none
    }
  }
  return 0;
}
