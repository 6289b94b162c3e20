#include "mana/data/word_questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/data/line_reader.h"

namespace mana::data {
namespace {

std::vector<std::string_view> split(std::string_view line, std::string_view separators) {
  std::vector<std::string_view> fields;
  for (std::size_t at = line.find_first_not_of(separators); at != line.npos;) {
    const std::size_t end = std::min(line.find_first_of(separators, at), line.size());
    fields.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(separators, end);
  }
  return fields;
}

bool read_number(std::string_view field, double& value) {
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  return error == std::errc() && end == field.data() + field.size() && std::isfinite(value);
}

}  // namespace

std::vector<AnalogySection> read_analogies(const std::filesystem::path& path) {
  LineReader lines(path);
  std::vector<AnalogySection> sections;
  std::string line;
  while (lines.next(line)) {
    const std::vector<std::string_view> words = split(line, " \t");
    if (words.empty()) continue;
    if (words.front().front() == ':') {
      const std::size_t name = line.find_first_not_of(" \t", line.find(':') + 1);
      sections.push_back({name == line.npos ? std::string() : line.substr(name), {}});
      continue;
    }
    if (words.size() != 4) {
      throw FormatError(fmt::format("{}: {} words; a question has four, or \": name\" begins a section", lines.place(),
                                    words.size()));
    }
    if (sections.empty()) sections.emplace_back();
    auto& question = sections.back().questions.emplace_back();
    for (std::size_t i = 0; i < question.size(); ++i) question[i] = words[i];
  }
  const bool any = std::ranges::any_of(sections, [](const AnalogySection& each) { return !each.questions.empty(); });
  if (!any) throw FormatError(fmt::format("{} holds no questions", lines.name()));
  return sections;
}

std::vector<ScoredWords> read_scored_words(const std::filesystem::path& path) {
  LineReader lines(path);
  std::vector<ScoredWords> pairs;
  std::string line;
  while (lines.next(line)) {
    if (line.empty() || line.front() == '#') continue;
    const bool tabs = line.find('\t') != line.npos;
    const std::vector<std::string_view> fields = split(line, tabs ? "\t" : " ,;");
    double score = 0;
    if (fields.size() == 3 && read_number(fields[2], score)) {
      pairs.push_back({std::string(fields[0]), std::string(fields[1]), score});
    } else if (!pairs.empty() || lines.number() > 1) {
      throw FormatError(
          fmt::format("{}: two words and a number are needed, but the line is \"{}\"", lines.place(), printable(line)));
    }
  }
  if (pairs.empty()) throw FormatError(fmt::format("{} holds no pairs of words", lines.name()));
  return pairs;
}

}  // namespace mana::data
