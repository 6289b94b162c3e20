#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mana/data/text_source.h"
#include "mana/data/waiting.h"
#include "mana/generate/translator.h"
#include "mana/jobs/embedding_output.h"
#include "mana/jobs/translation_rows.h"

namespace mana::jobs {

/// How the translations of texts become a file.
struct TranslateFileOptions {
  std::filesystem::path output = {};
  TranslationRowOptions rows = {};
  generate::Options search = {};
  bool resume = false;  ///< go on with what an interrupted job left, if it left something
};

struct TranslateFileEvents {
  std::function<void(std::uint64_t rows)> resumed = [](std::uint64_t) {};  ///< so many are there from before
  std::function<void(std::size_t rows)> translated = [](std::size_t) {};   ///< so many more
  std::function<void(const KeptRows&)> kept = [](const KeptRows&) {};  ///< what there is to go on from, where it breaks
};

/// Of this run, without what was there from before.
struct TranslateFileResult {
  std::uint64_t texts = 0;
  std::uint64_t source_tokens = 0;    ///< that the model saw
  std::uint64_t target_tokens = 0;    ///< of the best translations
  std::uint64_t truncated = 0;        ///< texts of which the model did not see all
  std::uint64_t first_truncated = 0;  ///< the number of the first of them, from 1 on
  std::uint64_t limited = 0;          ///< texts whose best translation ends because of `max_length`
};

/// Throws OptionError for options that do not go together or ask for what is not shown.
void check(const TranslateFileOptions& options);

/// Translates the texts into a file, which appears under its name when it is complete. A job that is interrupted
/// (Cancelled) or fails keeps what it has beside the name, and goes on from there when it is called with `resume`: the
/// bytes are those of a job that was not interrupted. Throws what reading, translating and writing throw; ArgumentError
/// where what is to be gone on with is of other texts or options. `prefixes`: what the translations of each text begin
/// with, if anything (Translator::stream).
TranslateFileResult translate_file(generate::Translator& translator, const data::TextSource& texts,
                                   const TranslateFileOptions& options, const TranslateFileEvents& events = {},
                                   const data::Waiting& waiting = {}, const data::TextSource& prefixes = {});

/// The same to wherever `put` puts the lines, as texts come in.
TranslateFileResult translate_texts(generate::Translator& translator, const data::TextSource& texts,
                                    const TranslateFileOptions& options,
                                    const std::function<void(std::string_view)>& put,
                                    const TranslateFileEvents& events = {}, const data::Waiting& waiting = {},
                                    const data::TextSource& prefixes = {});

/// The names that such a file takes beside its own while it is written.
std::vector<std::filesystem::path> partial_files_of(const std::filesystem::path& output);

}  // namespace mana::jobs
