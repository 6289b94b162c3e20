#pragma once

#include <cstddef>
#include <filesystem>

namespace mana::jobs {

/// Copies the files of a tokenizer beside a model with so many positions. `model_max_length` of tokenizer_config.json
/// is theirs at most, and is added where none is: AutoTokenizer cuts texts by it. Throws IoError, FormatError.
void copy_tokenizer(const std::filesystem::path& from, const std::filesystem::path& to, std::size_t positions);

}  // namespace mana::jobs
