#include <vector>

#include "mana/text/normalizer.h"

namespace mana::text {
namespace {

// A code point of the result, and how it relates to those of the text, counted in order: with `change` 0 it replaces
// the next one, with -n it also swallows the n after that, and with a positive change it is an addition to what came
// before. This is the reference's own bookkeeping, so marks that canonical ordering moves get the offsets that it
// gives.
struct Change {
  char32_t c;
  int change;
  std::uint8_t combining_class;
};

// Turns changes into code points with their sources.
class ChangeWriter {
 public:
  explicit ChangeWriter(NormalizedText& text) : old_(text.text()), writer_(text) {}

  void put(const Change& next) {
    if (next.change <= 0) {
      replaced_ = take();
      for (int i = next.change; i < 0; ++i) last_ = take();
      if (next.change == 0) last_ = replaced_;
      writer_.put(next.c, replaced_);
    } else {
      writer_.put(next.c, last_);
    }
  }
  void finish() { writer_.finish(); }

 private:
  // The source of the next code point of the old text.
  Offsets take() {
    if (cursor_ == old_.size()) return last_;
    const std::size_t begin = cursor_++;
    while (cursor_ < old_.size() && is_continuation(old_[cursor_])) ++cursor_;
    return writer_.source(begin, cursor_ - begin);
  }

  std::string_view old_;
  NormalizedWriter writer_;
  std::size_t cursor_ = 0;
  Offsets replaced_, last_;
};

// Canonical ordering of a run of nonstarters, which is stable. Real runs have two or three; a hostile one can be the
// whole text, hence the counting sort.
void sort_by_class(std::vector<Change>& run, std::vector<Change>& sorted) {
  if (run.size() <= 16) {
    for (std::size_t i = 1; i < run.size(); ++i) {
      for (std::size_t k = i; k > 0 && run[k - 1].combining_class > run[k].combining_class; --k) {
        std::swap(run[k - 1], run[k]);
      }
    }
    return;
  }
  std::uint32_t starts[257] = {};
  for (const Change& change : run) ++starts[change.combining_class + 1];
  for (int i = 0; i < 256; ++i) starts[i + 1] += starts[i];
  sorted.resize(run.size());
  for (const Change& change : run) sorted[starts[change.combining_class]++] = change;
  run.swap(sorted);
}

// Gives the code points of the decomposed text in canonical order to `next`.
template <class Next>
void decompose(std::string_view text, Equivalence equivalence, Next&& next) {
  std::vector<Change> run, sorted;
  const auto flush = [&] {
    sort_by_class(run, sorted);
    for (const Change& change : run) next(change);
    run.clear();
  };
  const auto add = [&](char32_t c, int change) {
    const std::uint8_t combining_class = properties(c).combining_class;
    if (combining_class != 0) return run.push_back({c, change, combining_class});
    if (!run.empty()) flush();
    next({c, change, 0});
  };
  for_each_code_point(text, [&](char32_t c, std::size_t, std::size_t) {
    char32_t hangul[3];
    const std::u32string_view parts = decomposition(c, equivalence, hangul);
    if (parts.empty()) return add(c, 0);
    for (std::size_t i = 0; i < parts.size(); ++i) add(parts[i], i == 0 ? 0 : 1);
  });
  flush();
}

// Canonical composition: a starter takes up what follows it and is not blocked from it.
template <class Next>
class Composer {
 public:
  explicit Composer(Next next) : next_(std::move(next)) {}

  void operator()(const Change& change) {
    const bool blocked = last_class_ >= change.combining_class && last_class_ != 0;
    if (has_starter_ && !blocked) {
      if (const char32_t composite = composition(starter_.c, change.c)) {
        starter_.c = composite;
        starter_.change += change.change - 1;
        return;
      }
    }
    if (change.combining_class == 0) {
      flush();
      starter_ = change;
      has_starter_ = true;
    } else if (has_starter_) {
      marks_.push_back(change);
      last_class_ = change.combining_class;
    } else {
      next_(change);
    }
  }
  void flush() {
    if (has_starter_) next_(starter_);
    for (const Change& mark : marks_) next_(mark);
    marks_.clear();
    last_class_ = 0;
    has_starter_ = false;
  }

 private:
  Next next_;
  Change starter_{};
  std::vector<Change> marks_;
  std::uint8_t last_class_ = 0;
  bool has_starter_ = false;
};

}  // namespace

void NormalForm::operator()(NormalizedText& text) const {
  if (is_ascii(text.text())) return;  // which is in every form
  ChangeWriter writer(text);
  const auto put = [&](const Change& change) { writer.put(change); };
  if (compose) {
    Composer composer(put);
    decompose(text.text(), equivalence, [&](const Change& change) { composer(change); });
    composer.flush();
  } else {
    decompose(text.text(), equivalence, put);
  }
  writer.finish();
}

}  // namespace mana::text
