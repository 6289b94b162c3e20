#pragma once

#include <string>

namespace mana::hub {

/// The address of the hub: HF_ENDPOINT, by default https://huggingface.co. Without a slash at the end.
/// Throws ArgumentError for what is neither http:// nor https://.
std::string endpoint_from_environment();

/// The hub's access token: HF_TOKEN, else the file that `hf auth login` writes: $HF_HOME/token, by default
/// huggingface/token in $XDG_CACHE_HOME or ~/.cache. Empty when there is none.
/// Throws ArgumentError for a token that cannot stand in a header; the message does not show it.
std::string token_from_environment();

}  // namespace mana::hub
