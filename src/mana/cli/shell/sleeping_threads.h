#pragma once

namespace mana::cli {

/// Whether every thread of this program but the one that asks waits for something from outside: the reader or the
/// writer of a pipe, a terminal, a lock, the network. False while any of them computes or waits for a disk, be it one
/// that another program stands for (FUSE), and where the system does not tell.
bool other_threads_sleep() noexcept;

}  // namespace mana::cli
