#include "mana/eval/analogies.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "mana/base/errors.h"
#include "mana/eval/known_words.h"

namespace mana::eval {
namespace {

struct Question {
  std::array<std::size_t, 4> words;  ///< places among the known words, the answer last
  std::size_t section;
};

/// The similarity is asked of a few more words than three, as the words of a question may be there in other cases, too.
constexpr std::size_t kCandidates = 8;

}  // namespace

void AnalogyScore::add(const AnalogyScore& other) {
  correct += other.correct;
  asked += other.asked;
  unknown += other.unknown;
}

AnalogyResult evaluate_analogies(const models::WordVectors& vectors, const std::vector<data::AnalogySection>& sections,
                                 const models::WordSearch& search) {
  const KnownWords known(vectors, search.among);
  AnalogyResult result{.sections = {}, .semantic = {"semantic"}, .syntactic = {"syntactic"}, .total = {"total"}};
  std::vector<Question> questions;
  std::vector<float> queries;
  for (const data::AnalogySection& section : sections) {
    AnalogyScore& score = result.sections.emplace_back();
    score.name = section.name;
    for (const auto& words : section.questions) {
      Question question{{}, result.sections.size() - 1};
      bool all = true;
      for (std::size_t i = 0; i < words.size() && all; ++i) {
        const auto place = known.find(words[i]);
        all = place.has_value();
        question.words[i] = place.value_or(0);
      }
      if (!all) {
        ++score.unknown;
        continue;
      }
      ++score.asked;
      std::array<std::vector<float>, 3> given;
      for (std::size_t i = 0; i < given.size(); ++i) {
        given[i].resize(vectors.dimensions);
        vectors.read_vector(question.words[i], given[i]);
      }
      std::ranges::copy(models::analogy_query(given[0], given[1], given[2]), std::back_inserter(queries));
      questions.push_back(question);
    }
  }
  if (questions.empty()) {
    std::size_t all = 0;
    for (const data::AnalogySection& section : sections) all += section.questions.size();
    throw ArgumentError(fmt::format(
        "none of the {} questions has four words that are among the {} known ones, so nothing can be asked; "
        "use other questions or a larger model",
        all, std::min(search.among, vectors.size())));
  }
  const auto nearest = models::nearest_words(vectors, queries, kCandidates, search);
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const auto& words = questions[i].words;
    const auto is_given = [&](const models::Neighbour& found) {
      const auto first = known.find(vectors.words[found.word]);
      return std::find(words.begin(), words.end() - 1, first) != words.end() - 1;
    };
    const auto answer = std::ranges::find_if_not(nearest[i], is_given);
    if (answer != nearest[i].end() && known.find(vectors.words[answer->word]) == words.back()) {
      ++result.sections[questions[i].section].correct;
    }
  }
  for (const AnalogyScore& score : result.sections) {
    (score.name.starts_with("gram") ? result.syntactic : result.semantic).add(score);
    result.total.add(score);
  }
  return result;
}

}  // namespace mana::eval
