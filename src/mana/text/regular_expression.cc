#include "mana/text/regular_expression.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/text/pattern_syntax.h"

namespace mana::text {
namespace {

PCRE2_SPTR units(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

template <class T, void (*release)(T*)>
struct Release {
  void operator()(T* owned) const { release(owned); }
};
using CompileContext =
    std::unique_ptr<pcre2_compile_context, Release<pcre2_compile_context, pcre2_compile_context_free>>;
using Compiled = std::unique_ptr<pcre2_code, Release<pcre2_code, pcre2_code_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Release<pcre2_match_context, pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Release<pcre2_match_data, pcre2_match_data_free>>;
using JitStack = std::unique_ptr<pcre2_jit_stack, Release<pcre2_jit_stack, pcre2_jit_stack_free>>;

// What a search may try at least, and for each byte of the text; memory for going back, in KiB.
constexpr std::size_t kTries = 100'000, kTriesPerByte = 100;
constexpr std::uint32_t kMostTries = 1'000'000'000, kHeap = 64 << 10;

// What PCRE2 does not count as tries, such as a way ahead through one kind of characters, costs time, and all matches
// of a text together the square of it. One match of so many is timed, with the processor's time of this thread.
constexpr std::size_t kTimed = 64;
constexpr double kSeconds = 1, kSecondsPerByte = 2e-6;

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Compiled compile(const std::string& translated) {
  const CompileContext context(pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE place = 0;
  Compiled compiled(pcre2_compile(units(translated), translated.size(),
                                  PCRE2_UTF | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE, &error,
                                  &place, context.get()));
  if (!compiled) {
    std::array<PCRE2_UCHAR, 200> message{};
    pcre2_get_error_message(error, message.data(), message.size());
    throw ArgumentError(
        fmt::format("is no regular expression that can be read: {}", reinterpret_cast<const char*>(message.data())));
  }
  std::uint32_t empty = 0;
  pcre2_pattern_info(compiled.get(), PCRE2_INFO_MATCHEMPTY, &empty);
  if (empty != 0)
    throw ArgumentError("is a regular expression that matches where nothing stands, which is not supported");
  pcre2_jit_compile(compiled.get(), PCRE2_JIT_COMPLETE);  // where it cannot, the interpreter searches
  return compiled;
}

}  // namespace

struct RegularExpression::Code {
  Compiled compiled;
  Compiled with_newer;  // where it is another one, for texts that have newer characters
  const pcre2_code* of(std::string_view text) const {
    return (with_newer && has_newer_characters(text) ? with_newer : compiled).get();
  }
};

RegularExpression::RegularExpression(std::string_view pattern) : pattern_(pattern) {
  const std::string translated = pcre_pattern(pattern, false), with_newer = pcre_pattern(pattern, true);
  code_ = std::make_shared<const Code>(
      Code{compile(translated), with_newer == translated ? Compiled() : compile(with_newer)});
}

RegularExpression RegularExpression::literal(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool plain = static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') ||
                       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || static_cast<unsigned char>(c) < 0x20;
    if (!plain) escaped += '\\';
    escaped += c;
  }
  RegularExpression expression(escaped);
  expression.pattern_ = text;
  expression.literal_ = true;
  return expression;
}

struct RegularExpression::Search::State {
  const RegularExpression& expression;
  std::string_view text;
  const pcre2_code* code;
  MatchContext context;
  JitStack stack;
  MatchData data;
  std::size_t matches = 0;
  double seconds = 0;  // that the matches took, as far as the timed ones tell

  int match(std::size_t from) {
    const bool timed = ++matches % kTimed == 0;
    const double begin = timed ? thread_seconds() : 0;
    const int result = pcre2_match(code, units(text), text.size(), from, PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY,
                                   data.get(), context.get());
    if (timed) seconds += kTimed * (thread_seconds() - begin);
    const bool too_long = seconds > kSeconds + kSecondsPerByte * static_cast<double>(text.size());
    return too_long ? PCRE2_ERROR_MATCHLIMIT : result;
  }
};

RegularExpression::Search::Search(const RegularExpression& expression, std::string_view text)
    : state_(std::make_unique<State>(
          State{expression, text, expression.code_->of(text), MatchContext(pcre2_match_context_create(nullptr)),
                JitStack(pcre2_jit_stack_create(32 << 10, 1 << 20, nullptr)),
                MatchData(pcre2_match_data_create_from_pattern(expression.code_->compiled.get(), nullptr))})) {
  const std::size_t tries = std::min<std::size_t>(kTries + kTriesPerByte * text.size(), kMostTries);
  pcre2_set_match_limit(state_->context.get(), static_cast<std::uint32_t>(tries));
  pcre2_set_heap_limit(state_->context.get(), kHeap);
  pcre2_jit_stack_assign(state_->context.get(), nullptr, state_->stack.get());
}
RegularExpression::Search::~Search() = default;

std::optional<Range> RegularExpression::Search::next(std::size_t from) const {
  if (from >= state_->text.size()) return std::nullopt;
  const int result = state_->match(from);
  if (result == PCRE2_ERROR_NOMATCH) return std::nullopt;
  if (result < 0) {
    throw ArgumentError(
        fmt::format("the tokenizer's regular expression \"{}\" takes too long on a text of {} bytes; shorten "
                    "the text",
                    printable(state_->expression.pattern()), state_->text.size()));
  }
  const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(state_->data.get());
  return Range{static_cast<std::uint32_t>(ends[0]), static_cast<std::uint32_t>(ends[1])};
}

}  // namespace mana::text
