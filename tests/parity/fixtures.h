#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "mana/base/json.h"
#include "tests/support/source_path.h"

namespace mana::parity {

inline std::filesystem::path fixture(const std::string& name) { return fixture_path() / name; }

/// The default model; tests that need it are skipped where it has not been fetched.
inline std::filesystem::path minilm() {
  const char* home = std::getenv("MANA_HOME");
  const char* user = std::getenv("HOME");
  const std::filesystem::path mana = home != nullptr && *home != '\0'
                                         ? std::filesystem::path(home)
                                         : std::filesystem::path(user == nullptr ? "" : user) / ".cache/mana";
  return mana / "models/all-MiniLM-L6-v2";
}

/// The texts of a .jsonl file.
inline std::vector<std::string> read_texts(const std::filesystem::path& path) {
  std::vector<std::string> texts;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    texts.emplace_back(json::Document::parse(line, path.string()).root().at("text").string());
  }
  return texts;
}

}  // namespace mana::parity
