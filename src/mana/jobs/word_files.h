#pragma once

#include <filesystem>

#include "mana/jobs/train_words.h"
#include "mana/word2vec/corpus.h"
#include "mana/word2vec/word_trainer.h"

namespace mana::jobs {

/// How trained words are written, as the name of the output says: word2vec's text (.txt, .vec), word2vec's binary form
/// or, where parts of words were learnt, which it alone keeps, fastText's (.bin); else a model's folder.
enum class WordForm { folder, text, binary };
WordForm word_form_of(const std::filesystem::path& output);

/// Writes the words and their vectors. Throws IoError.
void write_trained_words(const TrainWordsOptions& options, const word2vec::Corpus& corpus,
                         const word2vec::WordTrainer& trainer);

}  // namespace mana::jobs
