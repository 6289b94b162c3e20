#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/base/team.h"
#include "mana/data/pretraining/document_reader.h"
#include "mana/data/pretraining/token_file.h"
#include "mana/data/reading_notes.h"
#include "mana/text/tokenizer.h"

namespace mana::data {

struct TokenizedCorpus {
  TokenFile file;
  bool written = false;                  ///< now; else it was there
  std::string reason = {};               ///< why it was written although there was one, as a sentence
  std::vector<ReadingNotes> notes = {};  ///< what was read in spite of a mistake, where it was written
};

/// What is to become of a token file that is not of this text and this tokenizer.
enum class OtherTokens : std::uint8_t { rewrite, refuse };

/// The corpus's tokens in `path`: those that are there where they are of this text and this tokenizer, else made by all
/// threads of the team. The file appears when it is complete. `read_bytes` is told how many bytes of the files, packed
/// as they may be, have been read. Throws ArgumentError for inputs that cannot be read twice, without a text, or, with
/// `refuse`, where the file is of another text or tokenizer; FormatError where what has this name is no token file, or
/// damaged; IoError; Cancelled.
TokenizedCorpus tokenized_corpus(const std::filesystem::path& path, const Corpus& corpus,
                                 const text::Tokenizer& tokenizer, Team& team, OtherTokens other = OtherTokens::rewrite,
                                 const std::function<void(std::uint64_t)>& read_bytes = {},
                                 const std::stop_token& stop = {});

}  // namespace mana::data
