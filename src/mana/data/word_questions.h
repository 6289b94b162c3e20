#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace mana::data {

/// "a is to b as c is to d", d being the answer.
struct AnalogySection {
  std::string name;
  std::vector<std::array<std::string, 4>> questions;
};

/// The format of word2vec's questions-words.txt: ": name" begins a section, every other line is four words. Throws
/// IoError, FormatError that names the line, or when there is no question.
std::vector<AnalogySection> read_analogies(const std::filesystem::path& path);

/// Two words and people's judgement of how alike they are.
struct ScoredWords {
  std::string first;
  std::string second;
  double score = 0;
};

/// Two words and a number in each line, with tabs between them, or else spaces or commas. Lines that begin with # are
/// passed over, and so is a first line without a number. Throws IoError, FormatError that names the line, or
/// when there is no pair.
std::vector<ScoredWords> read_scored_words(const std::filesystem::path& path);

}  // namespace mana::data
