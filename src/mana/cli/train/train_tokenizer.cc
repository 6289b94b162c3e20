#include "mana/jobs/train_tokenizer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/lists.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/stage_progress.h"
#include "mana/cli/shell/text_input.h"

namespace mana::cli {
namespace {

using subwords::Type;
using subwords::ZeroWidthNonJoiner;

struct TokenizerOptions {
  std::vector<std::string> inputs;
  std::string output;
  std::string special;
  bool json = false;
  jobs::TrainTokenizerOptions job;

  void describe(Options& options) {
    subwords::Options& training = job.training;
    options.arguments("FILE", "A file of texts to learn from: lines, JSON lines, a table; - is standard input", inputs);
    options.option("--field", "NAME", "The field of a JSON object that holds its text (default: text)",
                   job.format.field);
    options.option("--column", "NAME", "The column of a table that holds the texts (default: text)", job.format.column);
    describe_input_format(options, job.format.form);
    options.option("--output", "DIR", "The folder to write", output);
    options.require("--output");
    options.flag("--force", "Replace the tokenizer that the folder holds", job.force);
    options.choice(
        "--type", "BERT's (wordpiece), GPT-2's (byte-bpe), or one of SentencePiece's (bpe, unigram)",
        {std::pair{std::string("wordpiece"), Type::wordpiece}, std::pair{std::string("bpe"), Type::bpe},
         std::pair{std::string("byte-bpe"), Type::byte_bpe}, std::pair{std::string("unigram"), Type::unigram}},
        training.type);
    options.option("--vocabulary", "N", "Pieces, special tokens and letters among them", training.vocabulary_size,
                   {.least = 1, .most = 10'000'000});
    options.flag("--json", "Print a JSON object", json);

    options.group("Text");
    options.flag("--lowercase", "Make letters small, and drop accents in wordpiece, as BERT does", training.lowercase);
    options.flag("--persian",
                 "Write Arabic yeh, kaf and digits in one way; wordpiece drops the zero-width non-joiner, byte-bpe "
                 "keeps it, and for others --zwnj says what becomes of it",
                 training.persian);
    options.choice("--zwnj", "The zero-width non-joiner is a space, or stays, or goes (bpe, unigram)",
                   {std::pair{std::string("space"), ZeroWidthNonJoiner::usual},
                    std::pair{std::string("keep"), ZeroWidthNonJoiner::kept},
                    std::pair{std::string("remove"), ZeroWidthNonJoiner::removed}},
                   training.zero_width_non_joiner);
    options.flag("--prefix-space", "Put a space before a text without one (byte-bpe)", training.add_prefix_space);

    options.group("Vocabulary");
    options.option("--special", "TOKENS", "More special tokens, with commas between them", special);
    options.option("--min-frequency", "N", "Merge pairs that are there so often (wordpiece, byte-bpe)",
                   training.min_frequency);
    options.option("--limit-alphabet", "N", "Keep the N most frequent letters; 0: all (wordpiece)",
                   training.limit_alphabet);
    options.option("--coverage", "SHARE",
                   "Keep the letters that are this share of the text (not byte-bpe); 0.9995 in bpe and unigram",
                   training.character_coverage, {.most = 1, .above = 0});
    options.option("--max-length", "N",
                   "Letters of a piece: fewer than N; or N at most in bpe and unigram, 16 unless given",
                   training.max_token_length);

    options.flag("--byte-fallback", "Pieces for the 256 bytes, of which unknown letters are made (bpe, unigram)",
                 training.byte_fallback);
    options.flag("--split-digits", "Each digit is a piece (bpe, unigram)", training.split_digits);
    options.option("--max-line", "BYTES", "Leave longer lines out, which is noted (bpe, unigram)",
                   training.max_sentence_length, {.least = 1});
    options.option("--seeds", "N", "Pieces that the unigram model is cut down from", training.seed_sentencepieces,
                   {.least = 1});

    options.group("Computing");
    describe_threads(options, job.threads);
    options.known_as("inputs", "FILE");
    options.known_as("vocabulary_size", "--vocabulary");
    options.known_as("character_coverage", "--coverage");
    options.known_as("special_tokens", "--special");
    options.known_as("max_token_length", "--max-length");
    options.known_as("max_sentence_length", "--max-line");
  }

  /// Once the options are read. Throws UsageError, jobs::OptionError; ArgumentError when a file would be lost.
  void settle(const Options& options) {
    subwords::Options& training = job.training;
    const bool byte_level = training.type == Type::byte_bpe;
    options.refuse_unless(byte_level, {"--prefix-space"}, "--type byte-bpe");
    options.refuse_unless(training.type == Type::wordpiece, {"--limit-alphabet"}, "--type wordpiece");
    options.refuse_unless(!byte_level, {"--coverage"}, "--type wordpiece, bpe and unigram");
    options.refuse_unless(!is_sentence_piece(training.type), {"--min-frequency"}, "--type wordpiece and byte-bpe");
    options.refuse_unless(is_sentence_piece(training.type),
                          {"--zwnj", "--byte-fallback", "--split-digits", "--max-line"}, "--type bpe and unigram");
    options.refuse_unless(training.type == Type::unigram, {"--seeds"}, "--type unigram");
    training.special_tokens = usual_special_tokens(training.type);
    for (std::string& token : list_of(special)) training.special_tokens.push_back(std::move(token));
    job.inputs.assign(inputs.begin(), inputs.end());
    job.output = folder_name(output);
    jobs::check(job);

    std::vector<GivenPath> read;
    read.reserve(inputs.size());
    for (const std::string& file : inputs) read.push_back({"FILE", file});
    require_apart({{"--output", job.output}}, read);
  }
};

void report(const jobs::TrainTokenizerResult& result, const TokenizerOptions& wanted) {
  print_report({{"output", wanted.output},
                {"vocabulary", result.vocabulary},
                {"lines", result.lines},
                {"lines_left_out", result.lines_left_out},
                {"words", result.words},
                {"distinct_words", result.distinct_words},
                {"seconds", result.seconds}},
               wanted.json, {.width = 16, .real = "{:.4g}", .hidden = "output", .names_as_words = true});
}

}  // namespace

int train_tokenizer(Options& options) {
  TokenizerOptions wanted;
  wanted.describe(options);
  if (!options.parse()) return 0;
  wanted.settle(options);
  return run_interruptibly([&](const Interruption& interruption) {
    StageProgress progress(options.terminal());
    jobs::TrainTokenizerEvents events;
    events.stage = progress.event();
    const jobs::TrainTokenizerResult result = jobs::train_tokenizer(wanted.job, events, interruption.token());
    progress.wipe();
    report(result, wanted);
    if (result.lines_left_out > 0 && !options.quiet()) {
      note(fmt::format(
          "mana: {} of {} lines were left out: longer than {} bytes, unless --max-line says more, or with U+2585",
          result.lines_left_out, result.lines, wanted.job.training.max_sentence_length));
    }
    for (const data::ReadingNotes& notes : result.notes) note_mistakes(notes, options.quiet());
    return 0;
  });
}

}  // namespace mana::cli
