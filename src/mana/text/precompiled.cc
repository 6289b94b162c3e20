#include "mana/text/precompiled.h"

#include <algorithm>
#include <optional>

#include "mana/text/grapheme_clusters.h"

namespace mana::text {
namespace {

// Writes a text with the origins that the reference gives it. It goes through the old text by the number of code points
// that the new ones are more or fewer; what goes at the very beginning is not counted, so that all else is off by it.
class CountingWriter {
 public:
  explicit CountingWriter(NormalizedText& text) : all_(text.text()), writer_(text) {}

  void keep(char32_t c) { put({c, 0}); }

  void replace(std::string_view before, std::string_view after) {
    const auto count = [](std::string_view text) {
      return static_cast<std::ptrdiff_t>(text.size()) - std::ranges::count_if(text, is_continuation);
    };
    const std::ptrdiff_t old_count = count(before), new_count = count(after);
    std::ptrdiff_t position = 0;
    for_each_code_point(after, [&](char32_t c, std::size_t, std::size_t) { put({c, position++ < old_count ? 0 : 1}); });
    if (new_count < old_count && last_) last_->change += new_count - old_count;
  }

  void finish() {
    write_last();
    writer_.finish();
  }

 private:
  struct Change {
    char32_t c;
    std::ptrdiff_t change;  // 1: new; 0 or less: in the place of one, and as many more go
  };

  void put(Change next) {
    write_last();
    last_ = next;
  }

  void write_last() {
    if (!last_) return;
    const char* const begin = all_.data();
    const char* at = begin + at_;
    if (last_->change > 0 || at_ == all_.size()) {
      if (at > begin) decode_before(at);
      writer_.put(last_->c, source(at));
    } else {
      writer_.put(last_->c, source(at));
      for (std::ptrdiff_t left = 1 - last_->change; left > 0 && at_ < all_.size(); --left) {
        at_ += code_point_size(begin[at_]);
      }
    }
    last_.reset();
  }

  Offsets source(const char* at) const {
    return writer_.source(static_cast<std::size_t>(at - all_.data()), code_point_size(*at));
  }

  std::string_view all_;
  NormalizedWriter writer_;
  std::size_t at_ = 0;
  std::optional<Change> last_;
};

// Calls keep(code point) and replace(before, after) for all of a text, in order.
template <class Keep, class Replace>
void apply(const CharacterMap& map, std::string_view text, Keep&& keep, Replace&& replace) {
  constexpr std::size_t kMostReplaced = 5;  // bytes of a cluster
  ClusterBreaks breaks;
  const char* const end = text.data() + text.size();
  for (const char* begin = text.data(); begin < end;) {
    const char* behind = begin;
    breaks.joins(decode(behind));
    for (const char* next = behind; next < end; behind = next) {
      ClusterBreaks ahead = breaks;
      if (!ahead.joins(decode(next))) break;
      breaks = ahead;
    }
    const std::string_view cluster(begin, static_cast<std::size_t>(behind - begin));
    begin = behind;
    if (cluster.size() <= kMostReplaced) {
      if (const auto match = map.shortest(cluster)) {
        replace(cluster, match->result);
        continue;
      }
    }
    for_each_code_point(cluster, [&](char32_t c, std::size_t at, std::size_t size) {
      const std::string_view part = cluster.substr(at, size);
      if (const auto match = map.shortest(part)) {
        replace(part, match->result);
      } else {
        keep(c);
      }
    });
  }
}

}  // namespace

Precompiled::Precompiled(CharacterMap map) : map_(std::move(map)) {
  for (std::size_t c = 0; c < changes_.size(); ++c) {
    const char text = static_cast<char>(c);
    changes_[c] = c == '\r' || map_.shortest({&text, 1});
  }
}

bool Precompiled::changes(std::string_view text) const {
  if (std::ranges::none_of(text, [&](char c) { return static_cast<signed char>(c) < 0 || changes_[c]; })) return false;
  bool any = false;
  apply(
      map_, text, [](char32_t) {}, [&](std::string_view, std::string_view) { any = true; });
  return any;
}

void Precompiled::operator()(NormalizedText& text) const {
  if (!changes(text.text())) return;
  CountingWriter writer(text);
  apply(
      map_, text.text(), [&](char32_t c) { writer.keep(c); },
      [&](std::string_view before, std::string_view after) { writer.replace(before, after); });
  writer.finish();
}

}  // namespace mana::text
