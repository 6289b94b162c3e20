#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

namespace mana::data {

/// How a reader waits for what is not there yet: the next bytes of a pipe or a terminal whose writer pauses. Copies are
/// one and the same waiting.
class Waiting {
 public:
  Waiting() : Waiting(std::stop_token()) {}
  /// Until `stop` is requested, which is all that most waiting needs.
  Waiting(std::stop_token stop)  // NOLINT(google-explicit-constructor)
      : stop_(std::move(stop)), work_(std::make_shared<std::function<void()>>()) {}

  /// Work to be done meanwhile, as long as this lives.
  class Meanwhile {
   public:
    Meanwhile(const Waiting& waiting, std::function<void()> work) : work_(waiting.work_) { *work_ = std::move(work); }
    ~Meanwhile() { *work_ = nullptr; }
    Meanwhile(const Meanwhile&) = delete;
    Meanwhile& operator=(const Meanwhile&) = delete;

   private:
    std::shared_ptr<std::function<void()>> work_;
  };

  /// Before each wait the reader calls `work`: the time to hand on what has been read so far. What it throws, the
  /// reader throws.
  [[nodiscard]] Meanwhile meanwhile(std::function<void()> work) const { return {*this, std::move(work)}; }

  const std::stop_token& stop() const { return stop_; }
  bool has_work() const { return *work_ != nullptr; }
  void work() const { (*work_)(); }

 private:
  std::stop_token stop_;
  std::shared_ptr<std::function<void()>> work_;
};

}  // namespace mana::data
