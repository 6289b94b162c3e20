#pragma once

namespace mana {

/// The processors that this process may run on; at least one.
unsigned processors();

/// As many threads as are wanted, where 0 stands for one on each processor.
inline unsigned thread_count(unsigned wanted) { return wanted == 0 ? processors() : wanted; }

}  // namespace mana
