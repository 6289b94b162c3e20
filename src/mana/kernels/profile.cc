#include "mana/kernels/profile.h"

#include <fmt/format.h>

#include <algorithm>

namespace mana::kernels {

Profile::Timer::Timer(Profile* profile, unsigned threads, std::string_view operation, double arithmetic)
    : profile_(profile), threads_(threads), arithmetic_(arithmetic) {
  if (profile_ == nullptr) return;
  operation_ = operation;
  begin_ = std::chrono::steady_clock::now();
}

Profile::Timer::Timer(Profile* profile, unsigned threads, std::string_view operation, std::size_t inputs,
                      std::size_t outputs, double arithmetic)
    : profile_(profile), threads_(threads), arithmetic_(arithmetic) {
  if (profile_ == nullptr) return;
  operation_ = fmt::format("{} {} -> {}", operation, inputs, outputs);
  begin_ = std::chrono::steady_clock::now();
}

Profile::Timer::~Timer() {
  if (profile_ == nullptr) return;
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin_;
  profile_->add(operation_, taken.count() * threads_, arithmetic_);
}

void Profile::add(std::string_view operation, double seconds, double arithmetic) {
  const std::scoped_lock lock(mutex_);
  auto entry = std::ranges::find(entries_, operation, &Entry::operation);
  if (entry == entries_.end()) entry = entries_.insert(entry, {std::string(operation), 0, 0, 0});
  ++entry->calls;
  entry->seconds += seconds;
  entry->arithmetic += arithmetic;
}

void Profile::clear() {
  const std::scoped_lock lock(mutex_);
  entries_.clear();
}

std::vector<Profile::Entry> Profile::entries() const {
  const std::scoped_lock lock(mutex_);
  return entries_;
}

}  // namespace mana::kernels
