#include "mana/base/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "mana/base/with_thousands.h"

namespace mana {
namespace {

constexpr std::size_t kShortestBar = 10;
constexpr std::size_t kLongestBar = 40;
constexpr std::string_view kWipe = "\r\x1b[K";

bool begins_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_code_point));
}

/// The first `width` columns, never half a code point.
std::string_view cut(std::string_view text, std::size_t width) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_code_point(text[i]) && seen++ == width) return text.substr(0, i);
  }
  return text;
}

/// A label comes from file names and the like: it must not steer the terminal.
std::string printable(std::string_view label) {
  std::string text;
  for (const char byte : label) {
    const auto code = static_cast<unsigned char>(byte);
    if (code >= 0x20 && code != 0x7F) text += byte;
  }
  return text;
}

/// "12 B", "3.4 kB", "56 MB": decimal units, as networks and disks have them.
std::string with_prefix(double bytes) {
  static constexpr std::array<std::string_view, 6> kUnits = {"B", "kB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < kUnits.size()) {
    bytes /= 1000;
    ++unit;
  }
  return unit > 0 && bytes < 9.95 ? fmt::format("{:.1f} {}", bytes, kUnits[unit])
                                  : fmt::format("{:.0f} {}", bytes, kUnits[unit]);
}

std::string amount(double number, std::string_view unit) {
  if (unit == "bytes") return with_prefix(number);
  if (number == 1 && unit.ends_with('s')) unit.remove_suffix(1);
  if (number < 9.95 && number != std::floor(number)) return fmt::format("{:.1f} {}", number, unit);
  return fmt::format("{} {}", with_thousands(static_cast<std::uint64_t>(std::llround(std::min(number, 1e18)))), unit);
}

std::string duration(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::min(seconds, 359'999.0));  // 99:59:59 is long enough
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string bar(double share, std::size_t width) {
  const auto full = static_cast<std::size_t>(share * static_cast<double>(width - 2));
  return fmt::format("[{}{}]", std::string(full, '#'), std::string(width - 2 - full, '.'));
}

std::size_t terminal_width(int descriptor) {
  winsize size{};
  const bool known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

}  // namespace

std::string format_progress(const ProgressLine& line, std::size_t width) {
  const auto now = static_cast<double>(line.done - std::min(line.skipped, line.done));
  const double rate = line.seconds > 0 ? now / line.seconds : 0;
  const bool known = line.total.has_value() && (line.estimated || *line.total >= line.done);
  const double total = known ? static_cast<double>(std::max(*line.total, line.done)) : 0;
  const double share = total > 0 ? static_cast<double>(line.done) / total : 1;

  // The parts after the label and the bar, the most telling first.
  std::array<std::string, 3> parts;
  if (known) {
    const std::string done =
        line.unit == "bytes" ? with_prefix(static_cast<double>(line.done)) : with_thousands(line.done);
    parts[0] = line.estimated ? fmt::format("{:3.0f}%  {}", std::floor(share * 100),
                                            amount(static_cast<double>(line.done), line.unit))
                              : fmt::format("{:3.0f}%  {}/{}", std::floor(share * 100), done, amount(total, line.unit));
    if (rate > 0) parts[1] = fmt::format("{} left", duration((total - static_cast<double>(line.done)) / rate));
  } else {
    parts[0] = amount(static_cast<double>(line.done), line.unit);
    parts[1] = duration(line.seconds);
  }
  if (rate > 0) parts[2] = amount(rate, line.unit) + "/s";

  const std::string label = printable(line.label);
  std::string tail = parts[0];
  if (columns(tail) > width) return std::string(cut(tail, width));
  for (const std::string& part : {parts[1], parts[2]}) {
    const std::size_t needed = columns(label) + 2 + columns(tail) + 2 + columns(part);
    if (!part.empty() && needed <= width) tail += "  " + part;
  }
  const std::size_t room = width - columns(tail);
  if (room < 3 || label.empty()) return tail;
  if (columns(label) + 2 > room) return fmt::format("{}  {}", cut(label, room - 2), tail);

  const std::size_t left = room - columns(label) - 2;
  if (!known || left < kShortestBar + 2) return fmt::format("{}  {}", label, tail);
  return fmt::format("{}  {}  {}", label, bar(share, std::min(left - 2, kLongestBar)), tail);
}

Progress::Progress(int descriptor, std::string label, std::string unit, std::optional<std::uint64_t> total,
                   const ProgressOptions& options)
    : descriptor_(descriptor >= 0 && ::isatty(descriptor) == 1 ? descriptor : -1),
      unit_(std::move(unit)),
      options_(options),
      next_((begin_ + options.silence).time_since_epoch().count()),
      label_(std::move(label)),
      total_(total) {}

Progress::~Progress() { wipe(); }

void Progress::advance(std::uint64_t count) {
  done_.fetch_add(count, std::memory_order_relaxed);
  draw_if_due();
}

void Progress::set(std::uint64_t done) {
  done_.store(done, std::memory_order_relaxed);
  draw_if_due();
}

void Progress::skip(std::uint64_t count) {
  {
    const std::lock_guard lock(mutex_);
    skipped_ += count;
  }
  advance(count);
}

void Progress::set_total(std::uint64_t total) {
  const std::lock_guard lock(mutex_);
  total_ = total;
  estimated_ = false;
}

void Progress::estimate_total(std::uint64_t total) {
  const std::lock_guard lock(mutex_);
  total_ = total;
  estimated_ = true;
}

void Progress::set_label(std::string label) {
  const std::lock_guard lock(mutex_);
  label_ = std::move(label);
}

void Progress::wipe() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(drawn_, false)) return;
  // A terminal that is gone is no reason to stop the work.
  [[maybe_unused]] const ssize_t written = ::write(descriptor_, kWipe.data(), kWipe.size());
}

void Progress::draw_if_due() {
  if (descriptor_ < 0) return;
  const Clock::time_point now = Clock::now();
  Clock::rep due = next_.load(std::memory_order_relaxed);
  if (now.time_since_epoch().count() < due) return;
  // One of the threads that find the line due draws it; the others go on with their work.
  if (!next_.compare_exchange_strong(due, (now + options_.interval).time_since_epoch().count())) return;

  const std::lock_guard lock(mutex_);
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const ProgressLine line{.label = label_,
                          .unit = unit_,
                          .done = done_,
                          .total = total_,
                          .estimated = estimated_,
                          .skipped = skipped_,
                          .seconds = seconds};
  // The last column stays free: some terminals wrap as soon as it is written.
  const std::string text = fmt::format("{}{}", kWipe, format_progress(line, terminal_width(descriptor_) - 1));
  [[maybe_unused]] const ssize_t written = ::write(descriptor_, text.data(), text.size());
  drawn_ = true;
}

}  // namespace mana
