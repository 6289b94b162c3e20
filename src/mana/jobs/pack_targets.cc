#include "mana/jobs/pack_targets.h"

#include <fmt/format.h>

#include <algorithm>

#include "mana/jobs/option_error.h"

namespace mana::jobs {

kernels::Precision computed_precision(std::optional<kernels::Precision> wanted) {
  const kernels::Precision precision = wanted.value_or(kernels::Precision::f32);
  return kernels::available(precision, kernels::choose_isa()) ? precision : kernels::Precision::f32;
}

std::vector<models::PackTarget> pack_targets(std::optional<kernels::Precision> wanted,
                                             const std::optional<std::vector<kernels::Isa>>& levels) {
  if (!levels) {
    const kernels::Isa best = kernels::choose_isa();
    return {{best, wanted ? computed_precision(wanted) : kernels::automatic_precision(best)}};
  }
  const std::vector<kernels::Isa> here = kernels::available_isas();
  std::vector<models::PackTarget> targets;
  for (const kernels::Isa level : *levels) {
    if (std::ranges::find(here, level) == here.end()) {
      throw OptionError(fmt::format("`levels`: this processor has no {}; pack on one that has, or leave it out",
                                    kernels::name_of(level)));
    }
    const kernels::Precision precision = wanted.value_or(kernels::automatic_precision(level));
    if (!kernels::available(precision, level)) {
      throw OptionError(
          fmt::format("`levels`: {} has no kernels in {}", kernels::name_of(level), kernels::name_of(precision)));
    }
    targets.push_back({level, precision});
  }
  return targets;
}

}  // namespace mana::jobs
