#pragma once

#include "mana/cli/train/word_training_options.h"
#include "mana/train/word2vec/corpus.h"
#include "mana/train/word2vec/word_trainer.h"

namespace mana::cli {

/// Whether the name of the output asks for a folder, not for a file.
bool is_folder(const std::string& output);

/// Whether the output will hold the vectors of words' parts, where they are learnt: fastText's form alone does.
bool keeps_subwords(const std::string& output);

/// Throws IoError when the output could not be written, before hours of work are spent on it.
void require_writable(const WordTrainingOptions& options);

/// Writes the words and their vectors in the form that the name of the output asks for. Throws IoError.
void write_trained_words(const WordTrainingOptions& options, const train::Corpus& corpus,
                         const train::WordTrainer& trainer);

}  // namespace mana::cli
