#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <vector>

#include "mana/base/team.h"
#include "mana/engine/batches.h"
#include "mana/kernels/run.h"

namespace mana::engine {

/// The threads that run batches, with the memory of each. Callers that come at once wait in line, in the order in which
/// they came; whose turn it is has all of them.
class Executor {
 public:
  Executor(const kernels::Table& kernels, unsigned threads, kernels::Profile* profile);

  unsigned threads() const { return team_.size(); }
  /// How many are in line now, the one whose turn it is included.
  std::size_t callers() const;

  /// Begins when it is made and ends with its life.
  class Turn {
   public:
    /// Throws Cancelled where `stop` is requested before the turn has come.
    Turn(Executor& executor, const std::stop_token& stop);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    Team& team() const { return executor_.team_; }

    /// Calls work(run, batch) for every batch: where there are many each thread takes whole ones, where there are few
    /// all threads are on each. The bits are the same. Rethrows what work throws.
    void run(std::span<const Batch> batches,
             const std::function<void(const kernels::Run& run, const Batch& batch)>& work) const;

   private:
    Executor& executor_;
  };

 private:
  const kernels::Table& kernels_;
  kernels::Profile* const profile_;
  Team team_;
  std::vector<Pool> pools_;  // one for each thread

  mutable std::mutex mutex_;  // guards what is below
  std::condition_variable_any moved_;
  std::deque<std::uint64_t> line_;  // numbers of those who wait, the first of them with the turn
  std::uint64_t next_ = 0;
};

}  // namespace mana::engine
