#include "mana/cli/shell/standard_descriptors.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace mana::cli {

void hold_closed_descriptors() {
  // The other way round than it is used, so that input and output fail; standard error is nobody's result.
  constexpr std::pair<int, int> kPlaces[] = {
      {STDIN_FILENO, O_WRONLY}, {STDOUT_FILENO, O_RDONLY}, {STDERR_FILENO, O_WRONLY}};
  for (const auto& [descriptor, mode] : kPlaces) {
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    const int opened = ::open("/dev/null", mode);  // the lowest that is free: this one
    if (opened != descriptor) ::_exit(1);          // nothing can be opened here, and nothing said
  }
}

}  // namespace mana::cli
