#pragma once

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/text/tokenizer.h"

namespace mana::text {

/// A model's folder with these files, for tests.
class TestFolder {
 public:
  explicit TestFolder(std::initializer_list<std::pair<std::string, std::string>> files) {
    for (const auto& [name, text] : files) std::ofstream(folder_ / name) << text;
  }
  Tokenizer load(const TokenizerOptions& options = {}) const { return Tokenizer::load(folder_.path(), options); }
  /// The message with which it is refused; empty when it is not.
  std::string refusal() const {
    try {
      load();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

}  // namespace mana::text
