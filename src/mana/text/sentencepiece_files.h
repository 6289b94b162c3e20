#pragma once

#include <filesystem>
#include <optional>

#include "mana/text/pipeline.h"
#include "mana/text/sentencepiece_model.h"

namespace mana::text {

/// What a family of models makes of the pieces of its `.model` file.
enum class SentencePieceFamily {
  plain,       ///< ids as in the file, nothing around a text
  t5,          ///< the same, 100 sentinels behind the pieces, </s> behind a text
  xlm_roberta  ///< fairseq's ids: <s>, <pad>, </s>, <unk>, the pieces from the fourth on, <mask>; <s> and </s> around
               ///< it
};

/// The `.model` file of a folder by the names that are common; nothing when there is none.
std::optional<std::filesystem::path> sentencepiece_file(const std::filesystem::path& folder);
/// The family that a file of this name is of where nothing else says.
SentencePieceFamily family_of_file(const std::filesystem::path& file);

/// The stages that cut text as SentencePiece does, with the tokens that are added to its pieces in `added`, special
/// ones among them. `place` names the file. Throws FormatError.
Tokenizer::Pipeline sentencepiece_stages(const SentencePieceModel& model, SentencePieceFamily family,
                                         std::string_view place, std::vector<AddedToken>& added);

}  // namespace mana::text
