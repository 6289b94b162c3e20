#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace mana {

/// What one line of progress tells.
struct ProgressLine {
  std::string_view label;           ///< what is being done; control characters are left out
  std::string_view unit = "bytes";  ///< "bytes" are shown as kB, MB, …; anything else ("texts") is counted
  std::uint64_t done = 0;           ///< in units
  std::optional<std::uint64_t> total = std::nullopt;  ///< in units; nothing when it is not known
  bool estimated = false;     ///< the total is a guess, good enough for a share and the time left, and not shown
  std::uint64_t skipped = 0;  ///< the part of `done` that an earlier run did: it counts in no rate
  double seconds = 0;         ///< since this run began
};

/// One line of at most `width` columns without a line end: label, bar, share, amount, rate, time left (time gone by
/// when the total is not known). What does not fit is left out, the bar first. A code point counts as one column.
std::string format_progress(const ProgressLine& line, std::size_t width);

struct ProgressOptions {
  std::chrono::milliseconds silence{1000};  ///< nothing is drawn before: short work needs no bar
  std::chrono::milliseconds interval{100};  ///< between two drawings
};

/// A line on a terminal that follows the work. Nothing is drawn when the descriptor is no terminal (or -1).
/// Thread-safe. The line is wiped at the end, so that what is printed after it stands alone.
class Progress {
 public:
  /// `descriptor`: where to draw (2 for standard error, -1 for nowhere).
  Progress(int descriptor, std::string label, std::string unit, std::optional<std::uint64_t> total = {},
           const ProgressOptions& options = {});
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::uint64_t count = 1);
  /// For work that knows its own count.
  void set(std::uint64_t done);
  /// What an earlier run did already.
  void skip(std::uint64_t count);
  void set_total(std::uint64_t total);
  /// What all will be, as far as can be said now.
  void estimate_total(std::uint64_t total);
  void set_label(std::string label);
  /// Wipes the line until the next drawing: call it before something else is printed.
  void wipe();

 private:
  using Clock = std::chrono::steady_clock;

  void draw_if_due();

  const int descriptor_;  ///< -1: draw nothing
  const std::string unit_;
  const ProgressOptions options_;
  const Clock::time_point begin_ = Clock::now();
  std::atomic<std::uint64_t> done_ = 0;
  std::atomic<Clock::rep> next_;  ///< when to draw again
  std::mutex mutex_;              ///< guards the terminal and all that follows
  std::string label_;
  std::optional<std::uint64_t> total_;
  bool estimated_ = false;
  std::uint64_t skipped_ = 0;
  bool drawn_ = false;
};

}  // namespace mana
