#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// What lies under a file's name when a download or a clone went wrong.
namespace mana {

/// What these bytes, the beginning of a file or all of it, are instead of the file that was meant, as the rest of a
/// sentence that begins with its name: "is a pointer of git lfs, not the file itself: …", "is a web page, …". Nothing
/// where they are neither these nor a form that is known by its first bytes (ZIP, GGUF, HDF5, a pickle, …).
std::optional<std::string> foreign_content(std::span<const std::byte> bytes);
std::optional<std::string> foreign_content(std::string_view bytes);

/// Throws FormatError where `bytes`, of the file `name`, are a pointer of git lfs or a web page: for the readers that
/// take any text.
void refuse_stand_in(std::string_view bytes, const std::string& name);

}  // namespace mana
