#include "mana/engine/executor.h"

#include <atomic>

#include "mana/base/errors.h"

namespace mana::engine {

Executor::Executor(const kernels::Table& kernels, unsigned threads, kernels::Profile* profile)
    : kernels_(kernels), profile_(profile), team_(threads), pools_(team_.size()) {}

std::size_t Executor::callers() const {
  const std::lock_guard lock(mutex_);
  return line_.size();
}

Executor::Turn::Turn(Executor& executor, const std::stop_token& stop) : executor_(executor) {
  std::unique_lock lock(executor.mutex_);
  const std::uint64_t number = executor.next_++;
  std::deque<std::uint64_t>& line = executor.line_;
  line.push_back(number);
  if (executor.moved_.wait(lock, stop, [&] { return line.front() == number; })) return;
  std::erase(line, number);  // from behind somebody whose turn it is: it cannot have been the first
  throw Cancelled("the embedding was cancelled");
}

Executor::Turn::~Turn() {
  const std::lock_guard lock(executor_.mutex_);
  executor_.line_.pop_front();
  executor_.moved_.notify_all();
}

void Executor::Turn::run(std::span<const Batch> batches,
                         const std::function<void(const kernels::Run& run, const Batch& batch)>& work) const {
  Team& team = executor_.team_;
  std::vector<Pool>& pools = executor_.pools_;
  if (team.size() == 1 || batches.size() < team.size()) {
    Team* const together = team.size() == 1 ? nullptr : &team;
    for (const Batch& batch : batches) work({executor_.kernels_, pools[0], together, executor_.profile_}, batch);
    return;
  }
  std::atomic<std::size_t> next = 0;
  team.run([&](unsigned thread) {
    for (std::size_t i = next++; i < batches.size(); i = next++)
      work({executor_.kernels_, pools[thread], nullptr, executor_.profile_}, batches[i]);
  });
}

}  // namespace mana::engine
