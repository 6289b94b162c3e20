#include "mana/cli/shell/replaceable_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>

#include "mana/base/errors.h"

namespace mana::cli {
namespace {

constexpr std::size_t kBeginning = std::size_t{1} << 20;

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

bool are_all_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == text.npos;
}

constexpr std::string_view kDigits = "0123456789";

}  // namespace

void require_own_kind(const std::filesystem::path& output, std::string_view what, BeginsAs ours, bool force) {
  std::error_code error;
  if (force || !std::filesystem::is_regular_file(output, error)) return;
  std::ifstream file(output, std::ios::binary);
  std::string beginning(kBeginning, '\0');
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  beginning.resize(static_cast<std::size_t>(file.gcount()));
  if (beginning.empty() && std::filesystem::file_size(output, error) == 0) return;
  if (ours(beginning)) return;
  throw ArgumentError(fmt::format("{} is there and does not hold {}: give another name, or replace it with --force",
                                  output.string(), what));
}

bool begins_as_npy(std::string_view beginning) { return beginning.starts_with("\x93NUMPY"); }

bool begins_as_embedding_lines(std::string_view beginning) {
  const std::string_view line = first_line(beginning);
  return line.starts_with("{\"embedding\":[") || (line.starts_with("{\"text\":\"") && has(line, "\",\"embedding\":["));
}

bool begins_as_embedding_table(std::string_view beginning) {
  return are_all_of(first_line(beginning), "0123456789+-.e\tinfa");  // inf and nan, too
}

bool begins_as_token_counts(std::string_view beginning) { return beginning.starts_with("{\"tokens\":"); }

bool begins_as_class_lines(std::string_view beginning) {
  const std::string_view line = first_line(beginning);
  return (line.starts_with("{\"label\":") || line.starts_with("{\"text\":")) && has(line, "\"probability\":");
}

bool begins_as_class_table(std::string_view beginning) {
  const std::string_view line = first_line(beginning);
  const std::string_view number = line.substr(line.rfind('\t') + 1);
  return has(line, "\t") && number.size() == 6 && number[1] == '.' && are_all_of(number, "0123456789.");
}

bool begins_as_mined_lines(std::string_view beginning) {
  const std::string_view line = first_line(beginning);
  return (line.starts_with("{\"anchor\":") && has(line, "\"positive\":") && has(line, "\"negative")) ||
         (line.starts_with("{\"label\":") && has(line, "\"sentence1\":") && has(line, "\"sentence2\":"));
}

bool begins_as_mined_table(std::string_view beginning) {
  const std::string_view line = first_line(beginning);
  return line.starts_with("anchor\tpositive\tnegative") || line == "label\tsentence1\tsentence2";
}

bool begins_as_drawing(std::string_view beginning) {
  return beginning.starts_with("<svg") || beginning.starts_with("<?xml");
}

bool begins_as_page(std::string_view beginning) {
  return beginning.starts_with("<!DOCTYPE html") || beginning.starts_with("<!doctype html");
}

bool begins_as_word_vectors(std::string_view beginning) {
  const std::string_view line = first_line(beginning);
  const std::size_t space = line.find(' ');
  return space != line.npos && are_all_of(line.substr(0, space), kDigits) &&
         are_all_of(line.substr(space + 1), kDigits);
}

bool begins_as_fasttext(std::string_view beginning) {
  constexpr std::int32_t kMagic = 793712314;
  std::int32_t magic = 0;
  if (beginning.size() < sizeof magic) return false;
  std::memcpy(&magic, beginning.data(), sizeof magic);
  return magic == kMagic;
}

}  // namespace mana::cli
