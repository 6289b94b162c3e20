#include "mana/hub/environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/hub/shown_address.h"

namespace mana::hub {
namespace {

constexpr std::string_view kEndpoint = "https://huggingface.co";
constexpr std::uint64_t kLongestToken = 4096;

/// An empty variable counts as none.
std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string trimmed(const std::string& text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

/// "~/x", "$HOME/x" and "${HOME}/x"; a variable that is not set stays as it is written.
std::filesystem::path expanded(std::string path) {
  const std::string home = variable("HOME");
  if (path == "~" || path.starts_with("~/")) path.replace(0, 1, home.empty() ? "~" : home);
  std::string result;
  for (std::size_t at = 0; at < path.size();) {
    const bool braced = path.compare(at, 2, "${") == 0;
    const std::size_t begin = at + (braced ? 2 : 1);
    std::size_t end = begin;
    while (path[at] == '$' && end < path.size() &&
           (std::isalnum(static_cast<unsigned char>(path[end])) != 0 || path[end] == '_')) {
      ++end;
    }
    const std::string value = end > begin ? variable(path.substr(begin, end - begin).c_str()) : "";
    if (!value.empty() && (!braced || path.compare(end, 1, "}") == 0)) {
      result += value;
      at = end + (braced ? 1 : 0);
    } else {
      result += path[at++];
    }
  }
  return result;
}

std::filesystem::path token_file() {
  if (const std::string file = variable("HF_TOKEN_PATH"); !file.empty()) return expanded(file);
  const std::filesystem::path home = hugging_face_home();
  return home.empty() ? home : home / "token";
}

}  // namespace

std::string endpoint_from_environment() {
  std::string endpoint = trimmed(variable("HF_ENDPOINT"));
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (endpoint.empty()) return std::string(kEndpoint);
  if (!endpoint.starts_with("https://") && !endpoint.starts_with("http://")) {
    throw ArgumentError(fmt::format("HF_ENDPOINT is \"{}\": it must begin with https://", shown_address(endpoint)));
  }
  return endpoint;
}

std::string token_from_environment() {
  std::string source = "HF_TOKEN";
  std::string token = trimmed(variable("HF_TOKEN"));
  if (token.empty()) {
    source = "HUGGING_FACE_HUB_TOKEN";
    token = trimmed(variable(source.c_str()));
  }
  if (token.empty()) {
    const std::filesystem::path file = token_file();
    std::error_code ignored;  // most machines have no such file
    if (file.empty() || !std::filesystem::is_regular_file(file, ignored)) return {};
    token = trimmed(read_file(file, kLongestToken));
    source = file.string();
  }
  if (!std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7F; })) {
    throw ArgumentError(fmt::format("{} holds no access token: it must be one word of plain characters", source));
  }
  return token;
}

bool offline_from_environment() {
  std::string value = trimmed(variable("HF_HUB_OFFLINE"));
  if (value.empty()) value = trimmed(variable("TRANSFORMERS_OFFLINE"));
  std::ranges::transform(value, value.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return value == "1" || value == "on" || value == "yes" || value == "true";
}

std::filesystem::path hugging_face_home() {
  if (const std::string home = variable("HF_HOME"); !home.empty()) return expanded(home);
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) return expanded(cache) / "huggingface";
  const std::string home = variable("HOME");
  return home.empty() ? std::filesystem::path() : std::filesystem::path(home) / ".cache" / "huggingface";
}

std::filesystem::path hugging_face_cache() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
    if (const std::string cache = variable(name); !cache.empty()) return expanded(cache);
  }
  const std::filesystem::path home = hugging_face_home();
  return home.empty() ? home : home / "hub";
}

}  // namespace mana::hub
