#include "mana/jobs/option_error.h"

#include <fmt/format.h>

namespace mana::jobs {

void require_option(bool right, std::string_view field, std::string_view wanted) {
  if (!right) throw OptionError(fmt::format("`{}` takes {}", field, wanted));
}

}  // namespace mana::jobs
