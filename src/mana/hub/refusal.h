#pragma once

#include <optional>
#include <string>

#include "mana/hub/http.h"
#include "mana/hub/repository.h"

namespace mana::hub {

/// What was asked of the hub.
struct Question {
  const Repository& repository;
  const std::string& revision;
  std::string endpoint;                            ///< as it may be shown
  std::optional<std::string> file = std::nullopt;  ///< nothing: the list of files
  bool with_token = false;
};

/// Says in one sentence why there is no answer and what to do. Throws ArgumentError when there is no such repository,
/// revision or file, IoError otherwise.
[[noreturn]] void refuse(const HttpHead& head, const Question& question);

}  // namespace mana::hub
