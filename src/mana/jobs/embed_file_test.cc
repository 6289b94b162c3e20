#include "mana/jobs/embed_file.h"

#include <gmock/gmock.h>

#include <stop_token>
#include <vector>

#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/jobs/option_error.h"
#include "tests/support/source_path.h"

namespace mana::jobs {
namespace {

const std::filesystem::path kModel = fixture_path("sentence_models/mean");

/// So many texts that are embedded in more than one window.
data::TextSource texts(std::size_t count) {
  return [count, next = std::size_t{0}](std::string& text) mutable {
    if (next == count) return false;
    text = "text " + std::to_string(next++);
    return true;
  };
}

TEST(EmbedFile, GoesOnWhereItWasStoppedAndComesToTheSameBytes) {
  constexpr std::size_t kTexts = 2500;
  const TemporaryFolder folder;
  const engine::Encoder encoder(kModel, {.threads = 1});
  EmbedFileOptions options{.output = folder.path() / "whole.npy", .format = EmbeddingFormat::npy};
  EXPECT_EQ(embed_file(encoder, texts(kTexts), options).texts, kTexts);

  options.output = folder.path() / "parts.npy";
  std::stop_source stop;
  EmbedFileEvents events;
  std::uint64_t rows = 0;
  events.embedded = [&](std::size_t more) {
    rows += more;
    stop.request_stop();
  };
  EXPECT_THROW(embed_file(encoder, texts(kTexts), options, events, stop.get_token()), Cancelled);
  EXPECT_FALSE(file_exists(options.output));
  ASSERT_LT(rows, kTexts);

  options.resume = true;
  std::uint64_t resumed = 0;
  events = {};
  events.resumed = [&](std::uint64_t kept) { resumed = kept; };
  const EmbedFileResult rest = embed_file(encoder, texts(kTexts), options, events);
  EXPECT_EQ(rest.texts, kTexts - resumed);
  EXPECT_EQ(resumed, rows);
  EXPECT_EQ(read_file(options.output), read_file(folder.path() / "whole.npy"));
}

TEST(EmbedFile, SaysInItsOwnWordsWhatDoesNotGoTogether) {
  EXPECT_THAT([] { check({.format = EmbeddingFormat::npy, .include_text = true}); },
              testing::ThrowsMessage<OptionError>("`include_text` needs `format` jsonl: npy holds numbers only"));
}

}  // namespace
}  // namespace mana::jobs
