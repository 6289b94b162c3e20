#pragma once

#include <string_view>

#include "mana/base/errors.h"

namespace mana::jobs {

/// Options of a job that mean nothing, or that do not go together; thrown before any work is done. As everywhere in the
/// library, a message writes the name of an option as it stands in its struct, between grave accents: `max_drop`. A
/// program with other names for them, flags say, can put those in their place.
class OptionError : public ArgumentError {
 public:
  using ArgumentError::ArgumentError;
};

/// Throws OptionError unless it is right: "`rate` takes a number above 0".
void require_option(bool right, std::string_view field, std::string_view wanted);

}  // namespace mana::jobs
