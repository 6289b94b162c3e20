#include "mana/cli/shell/broken_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "mana/base/printable.h"
#include "mana/base/valid_utf8.h"
#include "mana/cli/shell/output.h"

namespace mana::cli {
namespace {

constexpr std::string_view kMistake = "bytes that are no UTF-8, which were read as U+FFFD";

}  // namespace

void note_broken_text(std::string_view option) { note(fmt::format("{} has {}", option, kMistake)); }

void note_broken_texts(std::span<const std::string> texts) {
  const auto broken = [](const std::string& text) { return !is_utf8(text); };
  const auto count = std::ranges::count_if(texts, broken);
  if (count == 0) return;
  const auto first = std::ranges::find_if(texts, broken) - texts.begin() + 1;
  note(count == 1 ? fmt::format("text {} has {}", first, kMistake)
                  : fmt::format("{} texts have {} (the first is text {})", count, kMistake, first));
}

void note_cut_into_letters(std::uint64_t count, std::uint64_t all, std::uint64_t first) {
  if (count == 0) return;
  const std::string which =
      all == 1 ? "the text is"
               : fmt::format("{} of {} texts {} (the first is text {})", count, all, count == 1 ? "is" : "are", first);
  note(fmt::format("{} cut into single letters: the model was not made for {} language; take a multilingual one", which,
                   count == 1 ? "its" : "their"));
}

void note_names_of_files(std::span<const std::string> texts, bool reads_files) {
  const auto is_file = [](const std::string& text) {
    std::error_code ignored;  // a text that is no name
    return std::filesystem::is_regular_file(text, ignored);
  };
  const auto found = std::ranges::find_if(texts, is_file);
  if (found == texts.end()) return;
  note(fmt::format("{} is the name of a file, and was taken as a text{}", printable(*found),
                   reads_files ? fmt::format("; --input {} reads the texts in it", printable(*found)) : ""));
}

}  // namespace mana::cli
