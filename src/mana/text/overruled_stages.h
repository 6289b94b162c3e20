#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mana/base/json.h"
#include "mana/text/template.h"
#include "mana/text/tokenizer_settings.h"

namespace mana::text {

/// Adds a sentence for each stage of a `tokenizer.json` that says another thing than the settings, which count for a
/// tokenizer of BERT's kind.
void note_overruled_stages(const json::Value& root, const TokenizerSettings& settings, std::vector<std::string>& notes);

/// The same for its template, in place of which `used` stands. Throws FormatError when it names an id that is not below
/// `vectors`, where that is given: such a file belongs to another model.
void note_overruled_template(const json::Value& root, const Template& used, std::optional<std::size_t> vectors,
                             std::vector<std::string>& notes);

}  // namespace mana::text
