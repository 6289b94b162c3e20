#pragma once

#include <optional>

#include "mana/base/json.h"

namespace mana::text {

/// Which rules make a tokenizer of a model's files, by the class that the files name.
enum class TokenizerClass {
  bert,   ///< BertTokenizer and its kin: of `tokenizer.json` or `vocab.txt` the vocabulary alone, all else by the
          ///< settings
  mpnet,  ///< MPNetTokenizer: the same with other names of special tokens and another template
  bert_japanese,  ///< BertJapaneseTokenizer: `vocab.txt` and stages of its own (bert_japanese_class.h)
  gpt2,     ///< GPT2Tokenizer, RobertaTokenizer (BART's, too), CLIPTokenizer and DebertaTokenizer: stages of their own
  roberta,  ///< (byte_level_classes.h) around the vocabulary and merges of `tokenizer.json` or of `vocab.json` and
  clip,     ///< `merges.txt`
  deberta,
  file,    ///< PreTrainedTokenizerFast and its kin, and those of SentencePiece: every stage as `tokenizer.json` has it
  pieces,  ///< those of SentencePiece where there is no `tokenizer.json`: its `.model` file, cut as it cuts
  albert,  ///< the same file within stages of their own (piece_classes.h)
  camembert,
  xlnet,
  marian  ///< MarianTokenizer: two such files, and a list of tokens beside them (marian_class.h)
};

/// The files that name a class, where they are there.
struct ClassFiles {
  std::optional<json::Value> config;       ///< tokenizer_config.json
  std::optional<json::Value> model;        ///< config.json
  std::optional<json::Value> stages = {};  ///< tokenizer.json
  bool has_pieces = false;                 ///< there is a `.model` file of SentencePiece
  bool has_merges = false;                 ///< there are vocab.json and merges.txt
  bool has_sides = false;                  ///< there are source.spm and vocab.json
};

/// The class as transformers 5 chooses it for a BERT: that of `tokenizer_config.json`, else that of `config.json`, else
/// that of its model_type where it is one of those above, else GPT2Tokenizer where merges stand for a `tokenizer.json`,
/// else BertTokenizer; a name that transformers does not know stands for `tokenizer.json` as it is. Where no file names
/// anything at all, or the model of `tokenizer.json` is Unigram, that is taken as it is. Throws FormatError that names
/// a class of another kind, or one that is code of the model's own and has no `tokenizer.json`.
TokenizerClass tokenizer_class(const ClassFiles& files);

}  // namespace mana::text
