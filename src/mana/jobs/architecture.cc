#include "mana/jobs/architecture.h"

namespace mana::jobs {

Architecture architecture_of(std::span<const std::pair<std::string_view, models::EncoderFacts::Value>> listed,
                             std::string summary) {
  Architecture architecture{{}, std::move(summary)};
  for (const auto& [name, value] : listed) {
    std::visit([&](const auto& known) { architecture.parts.push_back({std::string(name), known}); }, value);
  }
  return architecture;
}

}  // namespace mana::jobs
