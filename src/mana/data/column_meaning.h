#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mana::data {

/// What the name of a column tells of it, to anybody.
enum class ColumnMeaning : std::uint8_t {
  unknown,   ///< "x"
  id,        ///< "id", "_id", "qid", "pair_ID", the nameless index of pandas: never a text
  text,      ///< "text", "sentence"
  first,     ///< "anchor", "query", "question", "premise"; "sentence1", "text_a"
  second,    ///< "positive", "answer", "document", "passage", "hypothesis"; "sentence2", "text_b"
  negative,  ///< "negative", "negative_1", "hard_negative"
  score,     ///< "score", "scores", "similarity"; "score_1"
  label,     ///< "label", "labels", "class", "category"
};

/// The meaning of each column by its name alone, whatever its case, its quotes and its underscores ("Sentence 1" is
/// "sentence_1"). Numbered ones ("text1", "text2", or from 0, or a and b) are first and second by their numbers; a
/// third is unknown.
std::vector<ColumnMeaning> column_meanings(std::span<const std::string> names);

/// The number at the end of a name, of "negative_2"; 0 where there is none.
std::uint64_t column_number(const std::string& name);

/// Whether this is one of the names that sentence-transformers takes for the label: label, labels, score or scores.
bool is_plain_label(const std::string& name);

}  // namespace mana::data
