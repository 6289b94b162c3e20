#include "mana/base/mapping_guard.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "mana/base/printable.h"

namespace mana {
namespace {

/// A place in the list of mappings. The handler walks the list while other threads change it, so a place is never
/// freed; it is used again. Its sentence changes only while its size is 0.
struct Guarded {
  std::atomic<std::uintptr_t> begin = 0;
  std::atomic<std::size_t> size = 0;  ///< 0: free
  std::string sentence;
  Guarded* next = nullptr;
};

std::atomic<Guarded*> first_guarded = nullptr;
static_assert(std::atomic<Guarded*>::is_always_lock_free, "a handler may not wait");

std::atomic_flag is_ending;

std::mutex& changes() {
  static auto* const mutex = new std::mutex;  // outlives every file that is closed at the end of the program
  return *mutex;
}

void write_to_standard_error(const std::string& sentence) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, sentence.data(), sentence.size());
}

/// Whoever reads a mapping keeps it mapped, so that the place which holds the address does not change meanwhile.
void on_lost_page(int signal, siginfo_t* information, void*) {
  const auto address = reinterpret_cast<std::uintptr_t>(information->si_addr);
  for (const Guarded* each = first_guarded.load(std::memory_order_acquire);
       each != nullptr && information->si_code > 0;  // from the system, not from another process
       each = each->next) {
    const std::size_t size = each->size.load(std::memory_order_acquire);
    if (size == 0 || address - each->begin.load(std::memory_order_relaxed) >= size) continue;
    while (is_ending.test_and_set()) ::pause();  // another thread says it, and ends this one too
    write_to_standard_error(each->sentence);
    ::_exit(1);
  }
  ::signal(signal, SIG_DFL);  // not ours: ends the program once the handler has returned
  ::raise(signal);
}

}  // namespace

void guard_mapping(const void* begin, std::size_t size, const std::filesystem::path& path) {
  std::string sentence = fmt::format(
      "mana: {} cannot be read to its end any more: another program made it shorter, or its disk fails; "
      "try again when it is whole\n",
      printable(path.string()));
  const std::lock_guard lock(changes());
  Guarded* place = first_guarded.load(std::memory_order_relaxed);
  while (place != nullptr && place->size.load(std::memory_order_relaxed) != 0) place = place->next;
  const bool found = place != nullptr;
  if (!found) place = std::make_unique<Guarded>().release();
  place->sentence = std::move(sentence);
  place->begin.store(reinterpret_cast<std::uintptr_t>(begin), std::memory_order_relaxed);
  place->size.store(size, std::memory_order_release);
  if (found) return;
  place->next = first_guarded.load(std::memory_order_relaxed);
  first_guarded.store(place, std::memory_order_release);
}

void forget_mapping(const void* begin) noexcept {
  const std::lock_guard lock(changes());
  for (Guarded* each = first_guarded.load(std::memory_order_relaxed); each != nullptr; each = each->next) {
    if (each->size.load(std::memory_order_relaxed) == 0) continue;
    if (each->begin.load(std::memory_order_relaxed) == reinterpret_cast<std::uintptr_t>(begin)) {
      each->size.store(0, std::memory_order_release);
      return;
    }
  }
}

void end_at_lost_pages() {
  struct sigaction action {};
  action.sa_sigaction = on_lost_page;
  action.sa_flags = SA_SIGINFO;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace mana
