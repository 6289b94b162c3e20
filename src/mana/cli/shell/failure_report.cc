#include "mana/cli/shell/failure_report.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/message_line.h"
#include "mana/cli/shell/output.h"

namespace mana::cli {
namespace {

constexpr std::string_view kNoMemory =
    "there is not enough memory for this; use a smaller model or fewer texts at once";
constexpr std::string_view kOwnMistake =
    "a mistake of mana itself, not of yours: please report the command and what it was given";

std::atomic<bool> memory_ran_out = false;

void remember_and_refuse() {
  memory_ran_out = true;
  throw std::bad_alloc();
}

/// By then the exception itself may be gone.
[[noreturn]] void end_at_once() noexcept {
  report_failure(memory_ran_out ? kNoMemory : kOwnMistake);
  ::_exit(1);
}

bool shows_colours() noexcept {
  const char* const terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr && terminal != nullptr &&
         std::string_view(terminal) != "dumb";
}

/// What the system refused, where no other sentence says it.
std::string sentence_of(const std::system_error& failure) {
  const auto* const of_file = dynamic_cast<const std::filesystem::filesystem_error*>(&failure);
  const std::string reason = failure.code().message();
  return of_file != nullptr && !of_file->path1().empty() ? of_file->path1().string() + ": " + reason
                                                         : "the system refuses what is needed: " + reason;
}

}  // namespace

void report_failure(std::string_view sentence) noexcept {
  const MessageLine line(sentence);
  const bool colour = shows_colours();
  write_message({colour ? "\x1b[31m" : "", "mana: ", line.text(), colour ? "\x1b[0m\n" : "\n"});
}

void report_failure(const std::exception& failure) noexcept {
  try {
    if (dynamic_cast<const Error*>(&failure) != nullptr) return report_failure(std::string_view(failure.what()));
    if (const auto* const system = dynamic_cast<const std::system_error*>(&failure)) {
      return report_failure(std::string_view(sentence_of(*system)));
    }
  } catch (const std::bad_alloc&) {
    return report_failure(kNoMemory);
  }
  const bool memory = dynamic_cast<const std::bad_alloc*>(&failure) != nullptr ||
                      dynamic_cast<const std::length_error*>(&failure) != nullptr;  // more than memory can be asked for
  report_failure(memory ? kNoMemory : kOwnMistake);
}

void report_what_cannot_be_caught() noexcept {
  std::set_new_handler(remember_and_refuse);
  std::set_terminate(end_at_once);
}

}  // namespace mana::cli
