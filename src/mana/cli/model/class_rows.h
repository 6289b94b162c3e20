#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mana/classify/classifier.h"

namespace mana::cli {

enum class ClassRowFormat { tsv, jsonl };

/// The rows of classified texts.
class ClassRowWriter {
 public:
  ClassRowWriter(const classify::Classifier& classifier, ClassRowFormat format, std::size_t top, bool include_text)
      : classes_(classifier.classes()), format_(format), top_(top), include_text_(include_text) {}

  std::string row(const std::string& text, const classify::Classification& found) const;

 private:
  std::string table_row(const std::string& text, const classify::Classification& found,
                        std::span<const std::uint32_t> best) const;
  std::string json_row(const std::string& text, const classify::Classification& found,
                       std::span<const std::uint32_t> best) const;
  void append_class(std::string& row, std::uint32_t number, const classify::Classification& found) const;

  const std::vector<std::string>& classes_;
  ClassRowFormat format_;
  std::size_t top_;
  bool include_text_;
};

}  // namespace mana::cli
