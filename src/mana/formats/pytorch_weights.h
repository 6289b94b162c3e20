#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "mana/formats/safetensors.h"

namespace mana::formats {

/// What a file of PyTorch's torch.save() holds where that is a state dict.
struct PytorchContent {
  TensorTable tensors;                         ///< their bytes lie in the file that was parsed, or in `copies`
  std::vector<std::vector<std::byte>> copies;  ///< of tensors that did not lie row by row: transposed ones
};

/// Reads a whole `pytorch_model.bin`: a zip archive with a pickle and the storages beside it, or the form before
/// PyTorch 1.6, in which they follow several pickles. The pickle is read, not run (tensor_pickle.h). Tensors may share
/// storages; all sizes, offsets and strides are checked. Throws FormatError that names the file, `name`.
PytorchContent parse_pytorch(std::span<const std::byte> file, const std::string& name);

}  // namespace mana::formats
