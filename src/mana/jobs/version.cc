#include "mana/jobs/version.h"

namespace mana::jobs {

std::string_view version() { return MANA_VERSION; }

}  // namespace mana::jobs
