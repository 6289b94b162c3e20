#pragma once

#include <string>

namespace mana::data {

/// What a row holds in some column, to be carried along as it is.
struct RowValue {
  std::string text;       ///< of a cell or a string; else the value as JSON, without white space
  bool is_string = true;  ///< the text itself, no JSON

  bool operator==(const RowValue&) const = default;
};

}  // namespace mana::data
