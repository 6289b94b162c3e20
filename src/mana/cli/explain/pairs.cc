#include "mana/jobs/explain/pairs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mana/base/printable.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/page_output.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/segmentation_options.h"
#include "mana/cli/words/word_model.h"
#include "mana/jobs/explain/pairs_page.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

ordered_json json_of(const jobs::ExplainedPairs& found, const std::optional<std::string>& model) {
  ordered_json words = ordered_json::array(), positive = ordered_json::array();
  for (std::size_t i = 0; i < found.words.size(); ++i) {
    const jobs::ExplainedPairs::Word& word = found.words[i];
    words.push_back({{"word", word.word},
                     {"before", word.before},
                     {"after", word.after},
                     {"drawn", word.drawn},
                     {"drawn_itself", word.drawn_itself}});
    for (const std::size_t j : word.near) {
      positive.push_back({{"word", word.word}, {"near", found.words[j].word}, {"places", {i + 1, j + 1}}});
    }
  }
  return {{"length", found.words.size()},
          {"window", found.window},
          {"positive_pairs", found.positive},
          {"formula", jobs::kPairsFormula},
          {"by_formula", found.by_formula},
          {"negatives", found.negatives},
          {"negative_pairs", found.drawn},
          {"drawn_itself", found.drawn_itself},
          {"drawn_by", model ? *model : "the text"},
          {"vocabulary", found.vocabulary},
          {"unknown", found.unknown},
          {"words", std::move(words)},
          {"positive", std::move(positive)}};
}

std::string text_of(const jobs::ExplainedPairs& found) {
  const std::size_t length = found.words.size();
  std::string text = fmt::format("L = {} words, c = {}, k = {}\n", length, found.window, found.negatives);
  if (!found.unknown.empty()) {
    text += fmt::format("left out, as the model does not know them: {}\n",
                        escaped(fmt::format("{}", fmt::join(found.unknown, " "))));
  }
  for (std::size_t i = 0; i < length; ++i) {
    const jobs::ExplainedPairs::Word& word = found.words[i];
    text += fmt::format("\n{}. {}: {} before + {} after\n  near ", i + 1, escaped(word.word), word.before, word.after);
    for (const std::size_t j : word.near) {
      text += fmt::format(" ({}, {})", escaped(word.word), escaped(found.words[j].word));
    }
    text += "\n  drawn";
    for (const std::string& each : word.drawn) text += fmt::format(" {}", escaped(each));
    text += '\n';
  }
  text += fmt::format("\npositive pairs  {} counted, {} = {}\n", found.positive, jobs::kPairsFormula, found.by_formula);
  text += fmt::format("negative pairs  {} = {} x {}, drawn by count^(3/4) of {} words", found.drawn, found.positive,
                      found.negatives, found.vocabulary);
  if (found.drawn_itself != 0) {
    text += fmt::format("; {} of them are the word itself, which training leaves out", found.drawn_itself);
  }
  return text + '\n';
}

}  // namespace

int explain_pairs(Options& options) {
  std::vector<std::string> texts;
  jobs::PairOptions pairs;
  std::optional<std::string> model;
  PageOutput page;
  bool json = false;
  options.arguments("TEXT", "A text; its words are read in lower case, but with --split spaces as they are", texts, 1);
  options.option("--window", "N", "c: pairs with up to N words on either side", pairs.window);
  options.option("--negatives", "N", "k: words drawn against each pair", pairs.negatives);
  options.option("--seed", "N", "Which words are drawn", pairs.seed);
  options.option("--model", "MODEL",
                 "Draw by the counts of these word vectors, a folder of mana train word2vec or a fastText .bin; "
                 "without it, by those of the text",
                 model);
  describe_split(options, pairs.segmentation.split);
  options.flag("--persian", "Write Arabic letters and digits as Persian does", pairs.segmentation.persian);
  options.flag("--json", "Print a JSON object", json);
  page.describe(options);
  if (!options.parse()) return 0;
  check_segmentation(pairs.segmentation);
  page.check(jobs::kPairsPage, model ? std::vector<GivenPath>{{"--model", *model}} : std::vector<GivenPath>());

  pairs.text = texts.front();
  std::optional<formats::WordVectors> vectors;
  if (model) vectors = open_words(*model);
  const jobs::ExplainedPairs found = jobs::explain_pairs(pairs, vectors ? &*vectors : nullptr);
  page.write([&] { return jobs::pairs_page(found); });
  if (json) {
    print_json(json_of(found, model));
  } else {
    print(text_of(found));
  }
  return 0;
}

}  // namespace mana::cli
