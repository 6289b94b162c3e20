#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mana/models/file_tensor.h"
#include "mana/nn/parts.h"

namespace mana::models {

/// How many parameters the parts of a model have, by their names (nn::walk()). A tensor that several parts share is
/// counted with the first.
class CountedParts {
 public:
  struct Count {
    std::uint64_t parameters = 0;
    std::string tied;  ///< the part whose matrix it shares
  };

  /// Goes through a model's parts. `tensors` gives those of each, as NameTable::tensors() does; `prefix` comes before
  /// the names of the parts.
  template <class Model, class Tensors>
  CountedParts(const Model& model, const Tensors& tensors, const std::string& prefix = "") {
    nn::walk(model, [&](const nn::Place& place, const auto& part) {
      const std::string name = prefix + place.name;
      add(name, tensors(name, part));
    });
  }

  /// The parameters of a part, or of one of the maps that are a product of it (0: W^Q of query, key and value). Throws
  /// std::out_of_range for a part that the model does not have.
  Count take(const std::string& part);
  Count take(const std::string& part, std::size_t map);

  /// Parts that nobody took.
  std::vector<std::string> left() const;

 private:
  struct Part {
    std::vector<std::uint64_t> maps;  ///< of each its weight and bias
    std::string tied;
    std::size_t taken = 0;  ///< maps
  };

  void add(const std::string& part, const std::vector<FileTensor>& tensors);

  std::map<std::string, Part> parts_;
  std::map<std::string, std::string> owners_;  ///< of each tensor the part that it was counted with
};

}  // namespace mana::models
