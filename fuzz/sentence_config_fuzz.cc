#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <variant>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/formats/lora_config.h"
#include "mana/formats/sentence_modules.h"

namespace {

using mana::json::Value;

/// Reads everything there is, by every way there is.
std::size_t visit(const Value& value) {
  if (value.is_object()) {
    std::size_t count = 0;
    for (const auto& [key, member] : value.object()) count += visit(member) + (value.find(key) ? 1 : 0);
    return count;
  }
  if (value.is_array()) {
    std::size_t count = 0;
    for (const Value& element : value.array()) count += visit(element);
    return count;
  }
  try {
    if (value.is_string()) return value.string().size();
    if (value.is_number())
      return static_cast<std::size_t>(value.number() > 0) + static_cast<std::size_t>(value.integer(0, 9));
  } catch (const mana::FormatError&) {
  }
  return 0;
}

template <typename Parse>
void expect_format_error(const Value& root, Parse parse) {
  try {
    parse(root);
  } catch (const mana::FormatError&) {
  }
}

}  // namespace

/// One JSON text as each of the files of a sentence-transformers folder.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto document = mana::json::Document::parse(text, "input");
    const Value root = document.root();
    visit(root);
    expect_format_error(root, [](const Value& value) {
      for (const auto& entry : mana::formats::parse_module_list(value)) {
        const std::filesystem::path inside = entry.path.lexically_normal();
        if (inside.is_absolute() || (!inside.empty() && *inside.begin() == "..")) std::abort();
      }
    });
    expect_format_error(root, [](const Value& value) {
      const mana::formats::LoraConfig lora = mana::formats::parse_lora_config(value);
      for (const char* layer : {"encoder.layer.0.attention.self.query", "embeddings.word_embeddings", ""}) {
        if (lora.rank(layer) == 0) std::abort();
        lora.scaling(layer);
        lora.targets(layer);
      }
    });
    expect_format_error(root, mana::formats::parse_transformer);
    expect_format_error(root, mana::formats::parse_truncation);
    expect_format_error(root, [](const Value& value) {
      if (mana::formats::parse_pooling(value).modes.empty()) std::abort();
    });
    expect_format_error(root, mana::formats::parse_dense);
    expect_format_error(root, mana::formats::parse_layer_norm);
    expect_format_error(root, mana::formats::parse_normalize);
    expect_format_error(root, [](const Value& value) {
      mana::formats::SentenceFolder folder;
      mana::formats::parse_model_config(value, folder);
      if (folder.default_prompt_name && !folder.prompts.contains(*folder.default_prompt_name)) std::abort();
    });
  } catch (const mana::FormatError&) {
  }
  return 0;
}
