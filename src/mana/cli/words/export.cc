#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/file_kinds.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/segmentation_options.h"
#include "mana/cli/words/word_model.h"
#include "mana/formats/fasttext.h"
#include "mana/formats/repeated_words.h"
#include "mana/formats/word2vec.h"
#include "mana/formats/word_array.h"
#include "mana/formats/word_tokenizer.h"
#include "mana/models/words/word_embedding_folder.h"

namespace mana::cli {
namespace {

enum class WordOutput { folder, text, binary, npy, fasttext };

WordOutput output_of(const std::filesystem::path& path) {
  const std::string extension = ending_of(path);
  if (extension == ".txt" || extension == ".vec") return WordOutput::text;
  if (extension == ".bin") return WordOutput::binary;
  if (extension == ".npy") return WordOutput::npy;
  folder_name(path.string());
  return WordOutput::folder;
}

/// Throws ArgumentError when a file would be lost that is to be read, or that is nothing of ours.
void require_safe_output(const std::string& output, WordOutput form, const std::string& model, bool force) {
  std::vector<GivenPath> outputs = {{"--output", output}};
  if (form == WordOutput::npy) outputs.push_back({"--output", formats::vocabulary_path(output)});
  require_apart(outputs, {{"--model", model}});
  switch (form) {
    case WordOutput::folder: return;
    case WordOutput::text:
    case WordOutput::binary: return require_own_kind(output, "vectors of words", is_word_vectors, force);
    case WordOutput::npy:
      require_own_kind(output, "an array of NumPy", is_npy, force);
      if (file_exists(output)) return;
      // Words without their array may be anybody's.
      return require_own_kind(
          formats::vocabulary_path(output), "the words of an array", [](const FileBeginning&) { return false; }, force);
    case WordOutput::fasttext: return require_own_kind(output, "a model of fastText", is_fasttext, force);
  }
}

/// The same with "_" for the spaces in words, which most files cannot hold ("new york"); `joined` keeps them.
formats::WordVectors without_spaces(formats::WordVectors vectors, std::deque<std::string>& joined) {
  for (std::string_view& word : vectors.words) {
    if (word.find(' ') == word.npos) continue;
    std::string& name = joined.emplace_back(word);
    std::ranges::replace(name, ' ', '_');
    word = name;
  }
  vectors.notes.clear();
  if (!joined.empty()) {
    vectors.notes.push_back(
        fmt::format("{} words have spaces, which are written as _: {}", joined.size(), printable(joined.front())));
    formats::leave_out_repeated(vectors);
  }
  return vectors;
}

}  // namespace

int words_export(Options& options) {
  std::string output;
  std::optional<WordOutput> form;
  std::optional<double> sif;
  text::WordSegmentation segmentation;
  bool keep_case = false;
  bool force = false;
  WordModelChoice choice;
  options.option("--output", "PATH", "Where the words go", output);
  options.require("--output");
  options.choice<WordOutput>("--format",
                             "Form of the words; without it, as the output's name ends: text for .txt and .vec, binary "
                             "for .bin, npy for .npy, else folder: a model that mana embed takes",
                             {{"folder", WordOutput::folder},
                              {"text", WordOutput::text},
                              {"binary", WordOutput::binary},
                              {"npy", WordOutput::npy},
                              {"fasttext", WordOutput::fasttext}},
                             form);
  options.group("Folder");
  options.option("--sif", "A", "Let frequent words weigh less in a text, by a / (a + their share of the corpus): 1e-3",
                 sif, {.above = 0, .wanted = "a number above 0"});
  describe_split(options, segmentation.split);
  options.flag("--keep-case", "Tell capital letters from small ones, as the training did", keep_case);
  options.flag("--persian", "Write Arabic letters and digits in one way, as the training did", segmentation.persian);
  options.flag("--force", "Replace a model that the folder holds, or a file that holds something else", force);
  choice.describe(options);
  if (!options.parse()) return 0;
  segmentation.lowercase = !keep_case;
  check_segmentation(segmentation);
  const WordOutput chosen = form.value_or(output_of(output));
  if (chosen != WordOutput::folder && (sif || segmentation != text::WordSegmentation{})) {
    throw UsageError("--sif, --split, --keep-case and --persian are for a folder only: give --format folder");
  }
  require_safe_output(output, chosen, choice.model, force);

  WordModel model(choice, options);
  std::deque<std::string> joined;
  // Vectors that are made of a word's letters are those of the word as it is.
  const bool rename = chosen != WordOutput::folder && !model.vectors().subwords;
  const formats::WordVectors vectors = rename ? without_spaces(model.vectors(), joined) : model.vectors();
  switch (chosen) {
    case WordOutput::folder:
      models::write_word_embedding_folder(output, vectors, segmentation, sif,
                                          force ? AtomicFolder::Existing::replace : AtomicFolder::Existing::refuse);
      break;
    case WordOutput::text: formats::write_word2vec_text(output, vectors); break;
    case WordOutput::binary: formats::write_word2vec_binary(output, vectors); break;
    case WordOutput::npy: formats::write_word_array(output, vectors); break;
    case WordOutput::fasttext: formats::write_fasttext(output, vectors); break;
  }
  if (!options.quiet()) {
    if (!joined.empty()) {
      for (const std::string& each : vectors.notes) note(fmt::format("mana: {}", each));
    }
    const std::size_t never = chosen == WordOutput::folder ? formats::words_never_met(vectors.words, segmentation) : 0;
    if (never > 0) {
      note(fmt::format(
          "mana: {} of the {} words are never met in texts, as these are cut: --split and --keep-case, as in "
          "training, say how",
          never, vectors.size()));
    }
    note(fmt::format("{} words of {} dimensions in {}", vectors.size(), vectors.dimensions, output));
  }
  return 0;
}

}  // namespace mana::cli
