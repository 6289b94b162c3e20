// The first byte chooses: the rest is a file of torch.save(), or a pickle alone.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <span>

#include "mana/base/errors.h"
#include "mana/formats/pytorch_weights.h"
#include "mana/formats/tensor_pickle.h"

namespace {

using Bytes = std::span<const std::byte>;

bool lies_in(Bytes part, Bytes whole) {
  const std::less_equal<> no_later;
  return no_later(whole.data(), part.data()) && no_later(part.data() + part.size(), whole.data() + whole.size());
}

// Every tensor has as many bytes as its shape asks for, and they are the file's or a copy's.
void check(const mana::formats::PytorchContent& content, Bytes file) {
  for (const auto& [name, tensor] : content.tensors) {
    if (mana::formats::element_count(tensor.shape) * mana::size_of(tensor.dtype) != tensor.bytes.size()) std::abort();
    bool inside = tensor.bytes.empty() || lies_in(tensor.bytes, file);
    for (const auto& copy : content.copies) inside = inside || lies_in(tensor.bytes, copy);
    if (!inside) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto rest = std::as_bytes(std::span(data, size)).subspan(1);
  try {
    if (data[0] % 2 == 0) {
      check(mana::formats::parse_pytorch(rest, "x.bin"), rest);
    } else {
      mana::formats::read_tensor_pickle(rest, "x.bin");
    }
  } catch (const mana::FormatError&) {
  }
  return 0;
}
