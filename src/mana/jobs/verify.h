#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mana::jobs {

/// What a check of a model's folder found. All texts are sentences that name the file.
struct ModelReport {
  std::vector<std::string> checked;      ///< what is right
  std::vector<std::string> wrong;        ///< what must be mended
  std::vector<std::string> differences;  ///< what does not behave as in sentence-transformers, or may surprise
};

/// Sentences with the vectors that they must get, one JSON object a line: {"text": "…", "embedding": […]}. Vectors are
/// right when no number differs by more than kGoldenTolerance.
inline constexpr const char* kGoldenFile = "golden_sentences.jsonl";
inline constexpr float kGoldenTolerance = 1e-5F;

/// Reads every file below the folder, compares names and shapes of tensors with what the configuration asks for, loads
/// the model, and embeds the golden sentences where there are some. Mistakes are reported, not thrown.
ModelReport verify(const std::filesystem::path& folder);

}  // namespace mana::jobs
