#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "mana/generate/cache_size.h"
#include "mana/generate/search.h"
#include "mana/generate/text_queue.h"

namespace mana::generate {

/// What becomes of the rows of a decoder between two steps.
struct Arrangement {
  std::span<const std::uint32_t> texts;    ///< that go on, by their places until now
  std::span<const std::uint32_t> offsets;  ///< [texts + 1]: the rows of each from now on
  std::span<const std::uint32_t> from;     ///< [rows]: the row until now that each goes on from

  /// Whether all stays as it is, among so many texts and rows.
  bool changes(std::size_t text_count, std::size_t row_count) const {
    if (texts.size() != text_count || from.size() != row_count) return true;
    for (std::size_t row = 0; row < from.size(); ++row) {
      if (from[row] != row) return true;
    }
    return false;
  }
};

/// A model that continues texts: rows side by side, each one hypothesis of some text, which ask for the likeliest next
/// tokens. What a row is told depends on its text and on its tokens alone, not on the rows beside it.
template <class Model>
concept Decoder = requires(Model& model, std::span<const std::span<const Token>> sources, std::span<const Token> tokens,
                           std::span<const Question> questions, const Arrangement& arrangement,
                           std::vector<std::vector<Candidate>>& answers, std::size_t row) {
  { model.start() } -> std::same_as<Token>;  ///< what every row begins with
  { model.end() } -> std::same_as<Token>;    ///< what says that a row is over
  model.admit(sources);                      ///< texts with a row each, behind those that there are
  model.step(tokens, questions, answers);    ///< a token more for each row; what may follow it
  /// What a row's token of the last step looks at; asked only where Options::needs_attention().
  { model.attention(row) } -> std::same_as<std::span<const float>>;
  model.arrange(arrangement);
};

/// Continues texts of a queue until it is empty. There are about as many rows at once as are asked for: a text that is
/// finished makes room for the next, as soon as a quarter of the rows is free, so that sources are read in batches.
template <Decoder Model>
class Decoding {
 public:
  Decoding(Model& model, const Options& options, TextQueue& queue, std::size_t rows)
      : model_(model), options_(options), queue_(queue), capacity_(std::max(rows, rows_of_a_text())) {}

  void operator()() {
    for (admit(); !live_.empty(); admit()) step();
  }

 private:
  struct Live {
    std::size_t text;  ///< its number in the queue
    Search search;
  };

  std::size_t rows_of_a_text() const { return generate::rows_of_a_text(options_); }

  void admit() {
    const std::size_t free = (capacity_ - std::min(capacity_, live_.size() * rows_of_a_text())) / rows_of_a_text();
    if (free == 0 || (!live_.empty() && 4 * free * rows_of_a_text() < capacity_)) return;
    const std::vector<std::size_t> numbers = queue_.take(free);
    if (numbers.empty()) return;
    std::vector<std::span<const Token>> sources;
    for (const std::size_t number : numbers) {
      const Text& text = queue_.text(number);
      sources.push_back(text.source);
      live_.push_back({number, Search(options_, model_.end(), text.key, text.prefix)});
      tokens_.push_back(model_.start());
    }
    model_.admit(sources);
    spread();
  }

  /// As many rows for each new text as its search begins with: a beam begins with one.
  void spread() {
    texts_.clear(), offsets_.assign(1, 0), from_.clear();
    std::vector<Token> tokens;
    std::size_t row = 0;
    for (std::size_t i = 0; i < live_.size(); ++i) {
      const std::size_t rows = live_[i].search.rows();
      const bool is_new = live_[i].search.parents().empty();
      for (std::size_t k = 0; k < rows; ++k) {
        from_.push_back(static_cast<std::uint32_t>(is_new ? row : row + k));
        tokens.push_back(tokens_[from_.back()]);
      }
      row += is_new ? 1 : rows;
      texts_.push_back(static_cast<std::uint32_t>(i));
      offsets_.push_back(static_cast<std::uint32_t>(from_.size()));
    }
    if (const Arrangement all{texts_, offsets_, from_}; all.changes(live_.size(), row)) model_.arrange(all);
    tokens_ = std::move(tokens);
  }

  void step() {
    queue_.check_stop();
    questions_.clear();
    for (const Live& live : live_) {
      for (std::size_t row = 0; row < live.search.rows(); ++row) {
        questions_.push_back(live.search.forced() ? Question{} : live.search.question(row));
      }
    }
    const std::size_t rows_before = tokens_.size(), texts_before = live_.size();
    model_.step(tokens_, questions_, answers_);
    std::vector<Live> going_on;
    std::vector<Candidates> candidates;
    std::vector<std::span<const float>> attention;
    texts_.clear(), offsets_.assign(1, 0), from_.clear(), tokens_.clear();
    for (std::size_t i = 0, first = 0; i < live_.size(); ++i) {
      Search& search = live_[i].search;
      const std::size_t rows = search.rows();
      candidates.assign(answers_.begin() + static_cast<std::ptrdiff_t>(first),
                        answers_.begin() + static_cast<std::ptrdiff_t>(first + rows));
      attention.clear();
      for (std::size_t row = first; options_.needs_attention() && row < first + rows; ++row) {
        attention.push_back(model_.attention(row));
      }
      search.advance(candidates, attention);
      if (search.finished()) {
        queue_.finish(live_[i].text, search.result());
      } else {
        for (std::size_t row = 0; row < search.rows(); ++row) {
          from_.push_back(static_cast<std::uint32_t>(first + search.parents()[row]));
          tokens_.push_back(search.tokens(row).back());
        }
        texts_.push_back(static_cast<std::uint32_t>(i));
        offsets_.push_back(static_cast<std::uint32_t>(from_.size()));
        going_on.push_back(std::move(live_[i]));
      }
      first += rows;
    }
    live_ = std::move(going_on);
    if (const Arrangement all{texts_, offsets_, from_}; all.changes(texts_before, rows_before)) model_.arrange(all);
  }

  Model& model_;
  const Options& options_;
  TextQueue& queue_;
  std::size_t capacity_;
  std::vector<Live> live_;
  std::vector<Token> tokens_;  ///< of every row, the last
  std::vector<Question> questions_;
  std::vector<std::vector<Candidate>> answers_;
  std::vector<std::uint32_t> texts_, offsets_, from_;
};

}  // namespace mana::generate
