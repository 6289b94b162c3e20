#include "mana/cli/shell/signals.h"

#include <csignal>

namespace mana::cli {

void take_signals_as_errors() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace mana::cli
