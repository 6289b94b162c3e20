#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mana/generate/translator.h"

namespace mana::jobs {

/// What a translated text becomes.
enum class TranslationFormat : std::uint8_t {
  text,   ///< its best translation, a line
  jsonl,  ///< all that is known of it, a line of JSON
  tsv,    ///< a line for each translation: the number of the text, score, ending, translation
};
std::string_view name_of(TranslationFormat format);

/// "end" or "limit".
std::string_view name_of(generate::Ending ending);

struct TranslationRowOptions {
  TranslationFormat format = TranslationFormat::text;
  bool include_text = false;  ///< each line of jsonl begins with its text
  bool explain = false;       ///< with the tokens of both sides, log p of those found, and what each looked at
};

/// Appends the lines of a text that is number `number`, from 0 on. A line end in a translation becomes a space where
/// lines count. Throws OptionError for options that do not go together.
void append_rows(std::string& lines, const TranslationRowOptions& options, const generate::Translator& translator,
                 std::size_t number, std::string_view text, const generate::Translation& translation);
void check(const TranslationRowOptions& options);

}  // namespace mana::jobs
