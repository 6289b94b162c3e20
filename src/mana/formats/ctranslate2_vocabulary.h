#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mana::formats {

/// The tokens of a CTranslate2 model by their ids.
struct Ctranslate2Vocabularies {
  std::vector<std::string> source;
  std::vector<std::string> target;
  bool shared = false;  ///< one file for both
};

/// Reads `shared_vocabulary`, or `source_vocabulary` and `target_vocabulary`, `.json` (a list of strings) or `.txt`
/// (one a line; a line may be empty or white space). `unknown`, where a file lacks it, comes after its last token.
/// Throws IoError where there is no such file, FormatError for a file without tokens, a token twice, or one that is no
/// UTF-8.
Ctranslate2Vocabularies read_ctranslate2_vocabularies(const std::filesystem::path& folder,
                                                      const std::string& unknown = "<unk>");

}  // namespace mana::formats
