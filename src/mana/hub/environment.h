#pragma once

#include <filesystem>
#include <string>

namespace mana::hub {

/// The address of the hub: HF_ENDPOINT, by default https://huggingface.co. Without a slash at the end.
/// Throws ArgumentError for what is neither http:// nor https://.
std::string endpoint_from_environment();

/// The hub's access token: HF_TOKEN (or HUGGING_FACE_HUB_TOKEN, its old name), else the file that `hf auth login`
/// writes: HF_TOKEN_PATH, by default token in hugging_face_home(). Empty when there is none.
/// Throws ArgumentError for a token that cannot stand in a header; the message does not show it.
std::string token_from_environment();

/// Whether HF_HUB_OFFLINE, or else TRANSFORMERS_OFFLINE, says that the hub is not to be asked: 1, on, yes or true.
bool offline_from_environment();

/// Where the hub's own tools keep what they have: HF_HOME, by default huggingface in $XDG_CACHE_HOME or ~/.cache.
/// Empty where none of these is set. `~` and variables in them are resolved, here and below, as those tools do.
std::filesystem::path hugging_face_home();

/// Their cache of repositories: HF_HUB_CACHE (or HUGGINGFACE_HUB_CACHE, its old name), by default hub in
/// hugging_face_home().
std::filesystem::path hugging_face_cache();

}  // namespace mana::hub
