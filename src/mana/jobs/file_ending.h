#pragma once

#include <filesystem>
#include <string>

namespace mana::jobs {

/// The ending of a file's name in small letters: ".npy" of "Out.NPY"; empty where there is none.
std::string ending_of(const std::filesystem::path& path);

}  // namespace mana::jobs
