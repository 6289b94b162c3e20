#include "mana/cli/words/word_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "mana/base/printable.h"
#include "mana/base/processors.h"
#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/output.h"
#include "mana/data/word_source.h"
#include "mana/hub/store.h"
#include "mana/jobs/json_text.h"
#include "mana/models/words/word_embedding_folder.h"
#include "mana/models/words/word_lookup.h"
#include "mana/models/words/word_spelling.h"
#include "mana/text/case_folding.h"
#include "mana/text/lower_case.h"

namespace mana::cli {
namespace {

[[noreturn]] void refuse_unknown(const formats::WordVectors& vectors, const std::string& word) {
  constexpr std::size_t kSuggestions = 3;
  std::vector<std::string> near = models::nearest_spellings(vectors.words, word, kSuggestions);
  for (std::string& each : near) each = printable(each);
  throw ArgumentError(fmt::format(
      "the model does not know the word \"{}\"{}", printable(word),
      near.empty() ? "; use a word of its vocabulary" : fmt::format(" (did you mean {}?)", fmt::join(near, ", "))));
}

/// The words that training folds though they have no capitals, οδός and straße, are there under their folded spelling.
/// Words with capitals are left to be suggested: a model may tell them apart.
void find_folded(const formats::WordVectors& vectors, const std::vector<std::string>& words,
                 std::vector<std::optional<std::size_t>>& places) {
  std::vector<std::string> folded(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!places[i] && text::lower_case(words[i]) == words[i]) folded[i] = text::fold_case(words[i]);
  }
  if (std::ranges::all_of(folded, [](const std::string& each) { return each.empty(); })) return;
  const auto found = models::find_words(vectors.words, folded);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!folded[i].empty()) places[i] = found[i];
  }
}

/// Words that are there under the model's own spelling.
void find_as_trained(const formats::WordVectors& vectors, const std::vector<std::string>& words,
                     std::vector<std::optional<std::size_t>>& places) {
  if (std::ranges::all_of(places, [](const auto& place) { return place.has_value(); })) return;
  const auto found = models::find_words(vectors.words, models::spelled_as_trained(vectors, words));
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!places[i]) places[i] = found[i];
  }
}

/// `more` than are asked for, which may be left out afterwards.
std::vector<std::vector<models::Neighbour>> nearest(const WordModel& model, std::span<const float> queries,
                                                    std::size_t more, const NeighbourOptions& task) {
  models::WordSearch search = model.search();
  if (task.among != 0) search.among = task.among;
  const std::size_t all = model.vectors().size();
  return models::nearest_words(model.vectors(), queries, (task.count == 0 ? all : std::min(task.count, all)) + more,
                               search);
}

void leave_out(std::span<const GivenWord> given, std::vector<models::Neighbour>& found, std::size_t count) {
  std::erase_if(found, [&](const models::Neighbour& each) {
    return std::ranges::any_of(given, [&](const GivenWord& word) { return word.place == each.word; });
  });
  if (count != 0) found.resize(std::min(found.size(), count));
}

}  // namespace

formats::WordVectors open_words(const std::string& model) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(model, ignored)) return data::open_word_vectors(model);
  if (std::filesystem::is_directory(model, ignored)) return models::open_word_embedding_folder(model);
  return models::open_word_embedding_folder(hub::Store::from_environment().resolve(model));
}

void WordModelChoice::describe(Options& options) {
  options.group("Model");
  options.option(
      "--model", "NAME",
      "Word vectors: a file of word2vec (text or binary), GloVe, fastText (.bin, .vec) or NumPy (.npy beside .vocab), "
      "as it is or packed by gzip or zstd, or a static embedding's folder or name",
      model);
  options.require("--model");
  describe_threads(options, threads);
  describe_isa(options, isa);
}

WordModel::WordModel(const WordModelChoice& choice, const Options& options)
    : kernels_(&kernels::table(kernels::choose_isa(choice.isa))) {
  vectors_ = open_words(choice.model);
  for (const std::string& each : vectors_.notes) {
    if (!options.quiet()) note(fmt::format("mana: {}", each));
  }
  team_ = std::make_unique<Team>(thread_count(choice.threads));
}

std::vector<GivenWord> look_up(const formats::WordVectors& vectors, const std::vector<std::string>& words) {
  auto places = models::find_words(vectors.words, words);
  find_folded(vectors, words, places);
  find_as_trained(vectors, words, places);
  std::vector<GivenWord> given;
  given.reserve(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    GivenWord& each = given.emplace_back(GivenWord{words[i], places[i], std::vector<float>(vectors.dimensions)});
    if (places[i]) {
      vectors.read_vector(*places[i], each.vector);
    } else if (!vectors.compose(words[i], each.vector)) {
      refuse_unknown(vectors, words[i]);
    }
  }
  return given;
}

std::vector<models::Neighbour> nearest_others(const WordModel& model, std::span<const float> query,
                                              const std::vector<GivenWord>& given, const NeighbourOptions& task) {
  auto found = nearest(model, query, given.size(), task).front();
  leave_out(given, found, task.count);
  return found;
}

std::vector<std::vector<models::Neighbour>> nearest_of_each(const WordModel& model, const std::vector<GivenWord>& given,
                                                            const NeighbourOptions& task) {
  std::vector<float> queries;
  queries.reserve(given.size() * model.vectors().dimensions);
  for (const GivenWord& each : given) queries.insert(queries.end(), each.vector.begin(), each.vector.end());
  auto found = nearest(model, queries, 1, task);
  for (std::size_t i = 0; i < given.size(); ++i) leave_out({&given[i], 1}, found[i], task.count);
  return found;
}

std::string neighbours_as_json(const formats::WordVectors& vectors, const std::vector<models::Neighbour>& found) {
  std::string json = "[";
  for (const models::Neighbour& each : found) {
    json += json.size() == 1 ? "{\"word\":" : ",{\"word\":";
    jobs::append_string(json, vectors.words[each.word]);
    json += ",\"similarity\":";
    jobs::append_number(json, each.similarity);
    json += '}';
  }
  return json + ']';
}

std::string neighbours_as_lines(const formats::WordVectors& vectors, const std::vector<models::Neighbour>& found) {
  std::string lines;
  for (const models::Neighbour& each : found) {
    lines += fmt::format("{:.4f}\t{}\n", each.similarity, escaped(vectors.words[each.word]));
  }
  return lines;
}

}  // namespace mana::cli
