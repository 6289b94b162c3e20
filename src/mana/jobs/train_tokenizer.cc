#include "mana/jobs/train_tokenizer.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <system_error>

#include "mana/base/atomic_folder.h"
#include "mana/base/errors.h"
#include "mana/base/folder_mark.h"
#include "mana/base/output_lock.h"
#include "mana/base/processors.h"
#include "mana/base/team.h"
#include "mana/jobs/input_sizes.h"
#include "mana/jobs/option_error.h"
#include "mana/subwords/bpe_trainer.h"
#include "mana/subwords/counted_words.h"
#include "mana/subwords/sentencepiece_trainer.h"
#include "mana/subwords/text_blocks.h"
#include "mana/subwords/tokenizer_folder.h"
#include "mana/subwords/word_stages.h"
#include "mana/subwords/wordpiece_trainer.h"

namespace mana::jobs {
namespace {

using Clock = std::chrono::steady_clock;

/// What a folder that is to be replaced holds and no tokenizer has.
std::optional<std::filesystem::path> foreign_file(const std::filesystem::path& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    bool known = false;
    for (const char* file : {"tokenizer.json", "tokenizer_config.json", "vocab.txt", "vocab.json", "merges.txt",
                             "spiece.model", "sentencepiece.bpe.model", "tokenizer.model", kFolderMark.data()}) {
      known |= name == file;
    }
    if (!known || !entry.is_regular_file(error)) return entry.path();
  }
  return std::nullopt;
}

/// One training, from the files to the folder.
class TokenizerTraining {
 public:
  TokenizerTraining(const TrainTokenizerOptions& options, const TrainTokenizerEvents& events,
                    const std::stop_token& stop)
      : options_(options),
        stage_(events.stage),
        text_(options.inputs, options.format, stop),
        team_(thread_count(options.threads)) {
    learning_.stop = stop;
    learning_.progress = [this](std::string_view what, std::string_view unit, std::uint64_t done, std::uint64_t total) {
      stage_({what, unit, done, total});
    };
  }

  TrainTokenizerResult run() {
    const OutputLock lock(options_.output);
    AtomicFolder output(options_.output,
                        options_.force ? AtomicFolder::Existing::replace : AtomicFolder::Existing::refuse,
                        foreign_file);
    const Clock::time_point begin = Clock::now();
    write(output.temporary());
    result_.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    result_.lines = text_.lines();
    result_.notes = text_.notes();
    output.commit();
    return std::move(result_);
  }

 private:
  void write(const std::filesystem::path& folder) {
    const subwords::Options& training = options_.training;
    switch (training.type) {
      case subwords::Type::wordpiece: {
        const std::vector<std::string> pieces = subwords::train_wordpiece(count(), training, learning_);
        result_.vocabulary = pieces.size();
        return subwords::write_wordpiece(folder, pieces, training);
      }
      case subwords::Type::byte_bpe: {
        const subwords::TrainedBytePairs trained = subwords::train_byte_bpe(count(), training, learning_);
        result_.vocabulary = trained.pieces.size();
        return subwords::write_byte_bpe(folder, trained, training);
      }
      case subwords::Type::bpe:
      case subwords::Type::unigram: break;
    }
    const subwords::SentenceCutting cutting = subwords::sentence_cutting(training);
    const subwords::CountedWords words = count([&] { return subwords::sentence_cutter(cutting); });
    const subwords::TrainedSentencePieces trained =
        subwords::train_sentencepieces(words, training, cutting, team_, learning_);
    result_.vocabulary = trained.pieces.size();
    subwords::write_sentencepieces(folder, trained, training);
  }

  subwords::CountedWords count() {
    const subwords::WordStages stages = subwords::word_stages(options_.training);
    return count([&] { return stages.cutter(); });
  }

  subwords::CountedWords count(const std::function<subwords::WordCutter()>& make_cutter) {
    const std::optional<std::uint64_t> total = total_bytes(options_.inputs);
    subwords::CountedWords words = subwords::count_words(text_, make_cutter, team_, [&](std::uint64_t bytes) {
      stage_({"reading", "bytes", bytes, total});
    });
    result_.lines_left_out = words.lines_left_out();
    if (words.empty() && result_.lines_left_out > 0) {
      throw ArgumentError(
          fmt::format("all lines of the input are longer than the {} bytes of `max_sentence_length`, or have U+2585; "
                      "raise it, or cut "
                      "the text into lines",
                      options_.training.max_sentence_length));
    }
    if (words.empty()) throw ArgumentError("there is no word in the input to learn from");
    result_.words = words.total();
    result_.distinct_words = words.size();
    return words;
  }

  const TrainTokenizerOptions& options_;
  const StageEvent& stage_;
  subwords::TextBlocks text_;
  Team team_;
  subwords::Events learning_;
  TrainTokenizerResult result_;
};

}  // namespace

void check(const TrainTokenizerOptions& options) {
  if (options.inputs.empty()) {
    throw OptionError("`inputs` is missing: the text to learn from, - for standard input");
  }
  try {
    subwords::check(options.training);
  } catch (const ArgumentError& error) {
    throw OptionError(error.what());
  }
}

TrainTokenizerResult train_tokenizer(const TrainTokenizerOptions& options, const TrainTokenizerEvents& events,
                                     const std::stop_token& stop) {
  check(options);
  return TokenizerTraining(options, events, stop).run();
}

}  // namespace mana::jobs
