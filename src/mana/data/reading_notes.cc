#include "mana/data/reading_notes.h"

#include <fmt/format.h>

#include "mana/base/printable.h"

namespace mana::data {
namespace {

/// "3 lines have", "1 line has"
std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{} {}", count, noun, count == 1 ? "" : "s", count == 1 ? "has" : "have");
}

std::string where(const ReadingNotes::Rows& rows) {
  return rows.count == 1 ? fmt::format("line {}", rows.first) : fmt::format("the first is line {}", rows.first);
}

}  // namespace

std::vector<std::string> ReadingNotes::sentences() const {
  std::vector<std::string> all;
  if (broken.count > 0) {
    all.push_back(fmt::format("{}: {} bytes that are no {}, which were read as U+FFFD ({})", name,
                              counted(broken.count, "line"), name_of(encoding), where(broken)));
  }
  if (halves.count > 0) {
    all.push_back(fmt::format("{}: {} half of a surrogate pair, which was read as U+FFFD ({})", name,
                              counted(halves.count, "row"), where(halves)));
  }
  if (doubled.count > 0) {
    all.push_back(fmt::format("{}: {} a key twice, of which the last counts ({}: {})", name,
                              counted(doubled.count, "row"), where(doubled), printable(key)));
  }
  if (!first_line.empty()) all.push_back(first_line);
  return all;
}

}  // namespace mana::data
