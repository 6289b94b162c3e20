#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "mana/formats/word_vectors.h"

namespace mana::eval {

/// The first words of a vocabulary, their case folded, as evaluations look them up: of several that differ in case
/// alone the first counts.
class KnownWords {
 public:
  KnownWords(const formats::WordVectors& vectors, std::size_t among);

  std::optional<std::size_t> find(std::string_view word) const;

 private:
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace mana::eval
