#include "mana/base/processors.h"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace mana {

unsigned processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
  return std::max(1U, std::thread::hardware_concurrency());  // more processors than a cpu_set_t holds
}

}  // namespace mana
