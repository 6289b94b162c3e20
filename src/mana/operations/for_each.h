#pragma once

#include <cstddef>
#include <functional>

#include "mana/base/team.h"
#include "mana/kernels/run.h"

namespace mana::operations {

/// Calls work(i) for every i in [0, count), shared between the threads of a team or, without one, on the calling
/// thread alone. For what is done with many pieces of memory, each by itself: nothing is said of the order, and no two
/// of them may touch the same.
template <class Work>
void for_each(Team* team, std::size_t count, const Work& work) {
  const auto share = [&](unsigned thread) {
    const Part part = part_of(count, thread, team == nullptr ? 1 : team->size());
    for (std::size_t i = part.begin; i < part.end; ++i) work(i);
  };
  if (team == nullptr) return share(0);
  team->run(std::cref(share));  // a reference needs no memory of its own in a std::function
}
template <class Work>
void for_each(const kernels::Run& run, std::size_t count, const Work& work) {
  for_each(run.team, count, work);
}

}  // namespace mana::operations
