#include "mana/hub/environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/file.h"

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

std::filesystem::path token_file() {
  if (const std::string home = variable("HF_HOME"); !home.empty()) return std::filesystem::path(home) / "token";
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) {
    return std::filesystem::path(cache) / "huggingface" / "token";
  }
  const std::string home = variable("HOME");
  return home.empty() ? std::filesystem::path() : std::filesystem::path(home) / ".cache" / "huggingface" / "token";
}

}  // namespace

std::string endpoint_from_environment() {
  std::string endpoint = trimmed(variable("HF_ENDPOINT"));
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (endpoint.empty()) return std::string(kEndpoint);
  if (!endpoint.starts_with("https://") && !endpoint.starts_with("http://")) {
    throw ArgumentError(fmt::format("HF_ENDPOINT is \"{}\": it must begin with https://", endpoint));
  }
  return endpoint;
}

std::string token_from_environment() {
  std::string source = "HF_TOKEN";
  std::string token = trimmed(variable("HF_TOKEN"));
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

}  // namespace mana::hub
