#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "mana/word2vec/word_trainer.h"

namespace mana::word2vec {

/// What determines the course of a training, as JSON: its settings and the digest of its corpus. The number of threads
/// is no part of it.
std::string describe_job(const Corpus& corpus, const WordTraining& training);

/// Writes all that training needs to go on, under a temporary name until it is complete. Throws IoError.
void write_checkpoint(const std::filesystem::path& path, const WordTrainer& trainer, const std::string& job);

/// Goes on where the checkpoint was written. Throws IoError; FormatError when it is none; ArgumentError when it is that
/// of another job.
void resume_from_checkpoint(const std::filesystem::path& path, WordTrainer& trainer, const std::string& job);

}  // namespace mana::word2vec
