#pragma once

#include "mana/cli/shell/replaceable_file.h"

/// How the program knows the files that it writes. Whole rows are looked at, not only the first: somebody's table may
/// begin as one of ours does.
namespace mana::cli {

bool is_npy(const FileBeginning& file);                ///< an array of NumPy, two axes, of a type that is written
bool is_embedding_lines(const FileBeginning& file);    ///< of mana embed, jsonl
bool is_embedding_table(const FileBeginning& file);    ///< of mana embed, tsv
bool is_carried_table(const FileBeginning& file);      ///< the same with --keep, if token counts lie beside it
bool is_token_counts(const FileBeginning& file);       ///< of mana embed, <output>.tokens.jsonl
bool is_class_lines(const FileBeginning& file);        ///< of mana classify, jsonl
bool is_class_table(const FileBeginning& file);        ///< of mana classify, tsv
bool is_translation_lines(const FileBeginning& file);  ///< of mana translate, jsonl
bool is_translation_table(const FileBeginning& file);  ///< of mana translate, tsv
bool is_mined_lines(const FileBeginning& file);        ///< of mana mine negatives, jsonl
bool is_mined_table(const FileBeginning& file);        ///< of mana mine negatives, tsv
bool is_word_drawing(const FileBeginning& file);       ///< of mana words map, SVG
bool is_word_page(const FileBeginning& file);          ///< of mana words map, HTML
bool is_word_vectors(const FileBeginning& file);       ///< word2vec's forms, text or binary
bool is_fasttext(const FileBeginning& file);

}  // namespace mana::cli
