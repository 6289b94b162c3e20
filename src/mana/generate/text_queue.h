#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "mana/generate/hypothesis.h"

namespace mana::generate {

/// A text that is to be continued, or translated.
struct Text {
  std::span<const Token> source;
  std::span<const Token> prefix = {};  ///< what every hypothesis begins with
  std::uint64_t key = 0;               ///< what is drawn for it depends on this
};

/// The texts that threads take from, the longest first, and what they have found. Threads may share it.
class TextQueue {
 public:
  explicit TextQueue(std::span<const Text> texts, std::function<void(std::size_t texts)> finished = {},
                     std::stop_token stop = {});

  const Text& text(std::size_t number) const { return texts_[number]; }
  /// Throws Cancelled once a stop is requested.
  void check_stop() const;
  /// So many of those that are left, or fewer.
  std::vector<std::size_t> take(std::size_t count);
  void finish(std::size_t number, std::vector<Hypothesis> found);

  /// Of every text, in the order in which they were given; when all are finished.
  std::vector<std::vector<Hypothesis>> results() { return std::move(results_); }

 private:
  std::span<const Text> texts_;
  std::function<void(std::size_t)> finished_;
  std::stop_token stop_;
  std::vector<std::size_t> order_;
  std::mutex mutex_;  // guards what is below, and the calls of finished_
  std::size_t next_ = 0;
  std::vector<std::vector<Hypothesis>> results_;
};

}  // namespace mana::generate
