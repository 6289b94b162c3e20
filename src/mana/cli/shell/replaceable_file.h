#pragma once

#include <filesystem>
#include <string_view>

/// Which files an output may take the place of.
namespace mana::cli {

/// Whether a file that begins so is of the kind that is to be written.
using BeginsAs = bool (*)(std::string_view beginning);

/// Throws ArgumentError when a file of the output's name is there that is neither empty nor of the kind that is to be
/// written, unless it is to be replaced all the same (`force`). `what` is that kind: "vectors in JSON lines".
void require_own_kind(const std::filesystem::path& output, std::string_view what, BeginsAs ours, bool force);

bool begins_as_npy(std::string_view beginning);
bool begins_as_embedding_lines(std::string_view beginning);  ///< of mana embed, jsonl
bool begins_as_embedding_table(std::string_view beginning);  ///< of mana embed, tsv
bool begins_as_token_counts(std::string_view beginning);     ///< of mana embed, <output>.tokens.jsonl
bool begins_as_class_lines(std::string_view beginning);      ///< of mana classify, jsonl
bool begins_as_class_table(std::string_view beginning);      ///< of mana classify, tsv
bool begins_as_mined_lines(std::string_view beginning);      ///< of mana mine negatives, jsonl
bool begins_as_mined_table(std::string_view beginning);      ///< of mana mine negatives, tsv
bool begins_as_drawing(std::string_view beginning);          ///< SVG
bool begins_as_page(std::string_view beginning);             ///< HTML
bool begins_as_word_vectors(std::string_view beginning);     ///< word2vec's forms, text or binary: "words dimensions"
bool begins_as_fasttext(std::string_view beginning);

}  // namespace mana::cli
