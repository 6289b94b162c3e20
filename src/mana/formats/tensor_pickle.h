#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/tensor/dtype.h"

namespace mana::formats {

/// Elements that lie elsewhere, under a key.
struct PickledStorage {
  DType dtype = DType::f32;
  std::uint64_t count = 0;
};

/// Some elements of a storage, counted in elements.
struct PickledTensor {
  std::string name;
  std::string storage;  ///< its key
  std::uint64_t offset = 0;
  std::vector<std::uint64_t> shape;
  std::vector<std::uint64_t> strides;
};

/// What a pickle of PyTorch says of the tensors of a state dict, in which a name stands once.
struct TensorPickle {
  std::map<std::string, PickledStorage, std::less<>> storages;
  std::vector<PickledTensor> tensors;
  std::size_t size = 0;  ///< of the pickle, in bytes: more may follow it
};

/// A pickle is a program (protocols 2 to 4). Of its instructions those are known here that put numbers, texts, lists
/// and dictionaries together, and of what it may call OrderedDict and what PyTorch makes tensors and parameters with:
/// nothing is run, and anything else is refused by name. Throws FormatError that names `place`.
TensorPickle read_tensor_pickle(std::span<const std::byte> pickle, std::string_view place);

/// A pickle of a list of texts; `size` becomes how long it is.
std::vector<std::string> read_text_pickle(std::span<const std::byte> pickle, std::string_view place, std::size_t& size);
/// How long a pickle of numbers, texts, lists and dictionaries is.
std::size_t pickle_size(std::span<const std::byte> pickle, std::string_view place);

}  // namespace mana::formats
