#include "mana/generate/text_queue.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "mana/base/errors.h"

namespace mana::generate {

TextQueue::TextQueue(std::span<const Text> texts, std::function<void(std::size_t)> finished, std::stop_token stop)
    : texts_(texts),
      finished_(std::move(finished)),
      stop_(std::move(stop)),
      order_(texts.size()),
      results_(texts.size()) {
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::ranges::sort(order_, [&](std::size_t a, std::size_t b) {
    const std::size_t length_a = texts[a].source.size(), length_b = texts[b].source.size();
    return length_a != length_b ? length_a > length_b : a < b;
  });
}

void TextQueue::check_stop() const {
  if (stop_.stop_requested()) throw Cancelled("the search was cancelled");
}

std::vector<std::size_t> TextQueue::take(std::size_t count) {
  const std::lock_guard lock(mutex_);
  const std::size_t last = std::min(order_.size(), next_ + count);
  std::vector<std::size_t> taken(order_.begin() + static_cast<std::ptrdiff_t>(next_),
                                 order_.begin() + static_cast<std::ptrdiff_t>(last));
  next_ = last;
  return taken;
}

void TextQueue::finish(std::size_t number, std::vector<Hypothesis> found) {
  const std::lock_guard lock(mutex_);
  results_[number] = std::move(found);
  if (finished_) finished_(1);
}

}  // namespace mana::generate
