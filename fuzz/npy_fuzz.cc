#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "mana/base/errors.h"
#include "mana/formats/npy.h"

/// Whatever the bytes: either a FormatError, or an array whose data are the rest of them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  try {
    const mana::formats::StoredTensor array = mana::formats::parse_npy(file, "input");
    if (array.bytes.data() + array.bytes.size() != file.data() + size) std::abort();
    std::vector<float> values(mana::formats::element_count(array.shape));
    mana::formats::to_f32(array, values);
  } catch (const mana::FormatError&) {
  }
  return 0;
}
