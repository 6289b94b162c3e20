#include "mana/base/progress.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace mana {
namespace {

using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

ProgressLine texts(std::uint64_t done, std::optional<std::uint64_t> total, double seconds) {
  return {.label = "embed", .unit = "texts", .done = done, .total = total, .skipped = 0, .seconds = seconds};
}

std::size_t code_points(const std::string& text) {
  std::size_t count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

TEST(FormatProgress, ShowsEverythingWhereThereIsRoom) {
  EXPECT_EQ(format_progress(texts(5000, 20000, 10), 100),
            "embed  [#########.............................]   25%  5,000/20,000 texts  0:30 left  500 texts/s");
}

TEST(FormatProgress, ShowsBytesInDecimalUnits) {
  const ProgressLine line{.label = "model.safetensors", .done = 45'400'000, .total = 90'868'376, .seconds = 4};
  EXPECT_EQ(format_progress(line, 70), "model.safetensors  [####......]   49%  45 MB/91 MB  0:04 left  11 MB/s");
  EXPECT_EQ(format_progress({.label = "a", .done = 999, .total = 1000, .seconds = 0}, 30), "a   99%  999 B/1.0 kB");
  EXPECT_EQ(format_progress({.label = "a", .done = 9'940'000, .seconds = 0}, 30), "a  9.9 MB  0:00");
  EXPECT_EQ(format_progress({.label = "a", .done = 999'999, .seconds = 0}, 30), "a  1.0 MB  0:00");
}

TEST(FormatProgress, LeavesOutWhatDoesNotFitTheBarFirst) {
  const ProgressLine line = texts(5000, 20000, 10);
  EXPECT_EQ(format_progress(line, 60), "embed   25%  5,000/20,000 texts  0:30 left  500 texts/s");
  EXPECT_EQ(format_progress(line, 50), "embed   25%  5,000/20,000 texts  0:30 left");
  EXPECT_EQ(format_progress(line, 35), "embed   25%  5,000/20,000 texts");
  EXPECT_EQ(format_progress(line, 30), "embe   25%  5,000/20,000 texts");
  EXPECT_EQ(format_progress(line, 10), " 25%  5,00");
  EXPECT_EQ(format_progress(line, 0), "");
}

TEST(FormatProgress, NeverExceedsTheWidth) {
  const std::string label = "سلام دنیا ✓ embed";
  for (std::size_t width = 0; width < 120; ++width) {
    for (const std::uint64_t done : {0ULL, 1ULL, 77ULL, 123'456'789ULL, ~0ULL}) {
      for (const std::optional<std::uint64_t> total : {std::optional<std::uint64_t>(), {0}, {100}, {~0ULL}}) {
        const ProgressLine line{.label = label, .unit = "texts", .done = done, .total = total, .seconds = 0.001};
        EXPECT_LE(code_points(format_progress(line, width)), width) << width << ' ' << done;
      }
    }
  }
}

TEST(FormatProgress, CutsALabelBetweenCodePoints) {
  const ProgressLine line{.label = "سلام", .unit = "texts", .done = 1, .total = 2, .seconds = 0};
  EXPECT_EQ(format_progress(line, 20), "سلا   50%  1/2 texts");
}

TEST(FormatProgress, WithoutTotalShowsTheTimeGoneBy) {
  EXPECT_EQ(format_progress(texts(1234567, {}, 3725), 80), "embed  1,234,567 texts  1:02:05  331 texts/s");
  EXPECT_EQ(format_progress(texts(3, {}, 2), 80), "embed  3 texts  0:02  1.5 texts/s");
}

TEST(FormatProgress, ATotalThatProvesTooSmallIsNotBelieved) {
  EXPECT_EQ(format_progress(texts(30, 20, 10), 80), "embed  30 texts  0:10  3 texts/s");
}

TEST(FormatProgress, AGuessGivesAShareAndATimeAndNoTotal) {
  ProgressLine line = texts(5000, 20000, 10);
  line.estimated = true;
  EXPECT_EQ(format_progress(line, 90),
            "embed  [#########.............................]   25%  5,000 texts  0:30 left  500 texts/s");
  line.total = 4000;  // a guess that was too low
  EXPECT_EQ(format_progress(line, 50), "embed  100%  5,000 texts  0:00 left  500 texts/s");
}

TEST(FormatProgress, AnEmptyTotalIsDone) { EXPECT_THAT(format_progress(texts(0, 0, 1), 80), HasSubstr("100%  0/0")); }

TEST(FormatProgress, WhatAnEarlierRunDidCountsInNoRate) {
  ProgressLine line = texts(15000, 20000, 10);
  line.skipped = 10000;
  EXPECT_THAT(format_progress(line, 100), EndsWith("75%  15,000/20,000 texts  0:10 left  500 texts/s"));
}

TEST(FormatProgress, ALabelCannotSteerTheTerminal) {
  const ProgressLine line{.label = "a\x1b[2J\r\nb", .unit = "texts", .done = 1, .seconds = 0};
  EXPECT_EQ(format_progress(line, 40), "a[2Jb  1 text  0:00");
}

/// A terminal of our own, so that what is drawn can be read.
class Terminal {
 public:
  Terminal() : control_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    EXPECT_EQ(::grantpt(control_), 0);
    EXPECT_EQ(::unlockpt(control_), 0);
    char name[64];
    EXPECT_EQ(::ptsname_r(control_, name, sizeof name), 0);
    screen_ = ::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  }
  ~Terminal() {
    ::close(screen_);
    ::close(control_);
  }
  int screen() const { return screen_; }
  void resize(unsigned short width) {
    const winsize size{.ws_row = 24, .ws_col = width, .ws_xpixel = 0, .ws_ypixel = 0};
    ASSERT_EQ(::ioctl(screen_, TIOCSWINSZ, &size), 0);
  }
  std::string text() const {
    std::string all;
    pollfd ready{.fd = control_, .events = POLLIN, .revents = 0};
    while (::poll(&ready, 1, 20) == 1 && (ready.revents & POLLIN) != 0) {
      char bytes[4096];
      const ssize_t count = ::read(control_, bytes, sizeof bytes);
      if (count <= 0) break;
      all.append(bytes, static_cast<std::size_t>(count));
    }
    return all;
  }

 private:
  int control_;
  int screen_ = -1;
};

constexpr ProgressOptions kAtOnce{.silence = milliseconds(0), .interval = milliseconds(0)};

TEST(Progress, DrawsOnATerminalAndWipesItsLine) {
  Terminal terminal;
  terminal.resize(100);
  {
    Progress progress(terminal.screen(), "embed", "texts", 10, kAtOnce);
    progress.advance(5);
    EXPECT_THAT(terminal.text(), StartsWith("\r\x1b[Kembed  [#"));
    progress.set_label("again");
    progress.set_total(20);
    progress.advance(1);
    EXPECT_THAT(terminal.text(),
                testing::AllOf(HasSubstr("again"), HasSubstr(" 30%  6/20 texts"), Not(HasSubstr("\n"))));
  }
  EXPECT_EQ(terminal.text(), "\r\x1b[K");
}

TEST(Progress, FitsIntoANarrowTerminal) {
  Terminal terminal;
  terminal.resize(12);
  Progress progress(terminal.screen(), "embed", "texts", 10, kAtOnce);
  progress.set(5);
  EXPECT_EQ(terminal.text(), "\r\x1b[K 50%  5/10 ");
}

TEST(Progress, ShortWorkDrawsNothing) {
  Terminal terminal;
  {
    Progress progress(terminal.screen(), "embed", "texts", 1000);
    for (int i = 0; i < 1000; ++i) progress.advance();
  }
  EXPECT_THAT(terminal.text(), IsEmpty());
}

TEST(Progress, DrawsNoMoreOftenThanAsked) {
  Terminal terminal;
  Progress progress(terminal.screen(), "embed", "texts", 1000,
                    {.silence = milliseconds(0), .interval = std::chrono::hours(1)});
  for (int i = 0; i < 1000; ++i) progress.advance();
  const std::string text = terminal.text();
  EXPECT_THAT(text, HasSubstr("1/1,000"));
  EXPECT_EQ(text.find('\r'), text.rfind('\r'));
}

TEST(Progress, IsSilentWhereThereIsNoTerminal) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  {
    Progress piped(ends[1], "embed", "texts", 10, kAtOnce);
    piped.advance(5);
    Progress nowhere(-1, "embed", "texts", 10, kAtOnce);
    nowhere.advance(5);
  }
  char byte;
  EXPECT_EQ(::read(ends[0], &byte, 1), -1);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Progress, CountsFromManyThreads) {
  Terminal terminal;
  terminal.resize(60);
  Progress progress(terminal.screen(), "embed", "texts", 4000,
                    {.silence = milliseconds(0), .interval = milliseconds(5)});
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) progress.advance();
      });
    }
  }
  std::this_thread::sleep_for(milliseconds(10));
  progress.skip(0);
  EXPECT_THAT(terminal.text(), HasSubstr("100%  4,000/4,000 texts"));
}

}  // namespace
}  // namespace mana
