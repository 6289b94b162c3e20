#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "mana/word2vec/word_trainer.h"

namespace mana::word2vec {

/// What determines the course of a training, as JSON: its settings and the digest of its corpus. The number of threads
/// is no part of it.
std::string describe_job(const Corpus& corpus, const WordTraining& training);

/// Writes all that training needs to go on, with its sum, under a temporary name until it is complete. Throws
/// IoError.
void write_checkpoint(const std::filesystem::path& path, const WordTrainer& trainer, const std::string& job);

/// Throws ArgumentError where something of that name is there that is no such checkpoint, nor what is left of one, and
/// would be lost.
void require_own_checkpoint(const std::filesystem::path& path);

/// Goes on where the checkpoint was written. Throws IoError; FormatError when it is none, or damaged; ArgumentError
/// when it is that of another job.
void resume_from_checkpoint(const std::filesystem::path& path, WordTrainer& trainer, const std::string& job);

}  // namespace mana::word2vec
