#include "mana/jobs/embed_file.h"

#include <gmock/gmock.h>

#include <fstream>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/base/errors.h"
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

TEST(EmbedFile, NothingIsDoneAgainOnceAllIsWritten) {
  constexpr std::size_t kTexts = 300;
  const TemporaryFolder folder;
  const engine::Encoder encoder(kModel, {.threads = 1});
  EmbedFileOptions options{.output = folder.path() / "whole.npy", .format = EmbeddingFormat::npy};
  embed_file(encoder, texts(kTexts), options);
  const std::string whole = read_file(options.output), counts = read_file(folder.path() / "whole.npy.tokens.jsonl");

  // A folder in the way fails the last rename: the counts have their name by then, the vectors do not.
  options.output = folder.path() / "v.npy";
  EmbedFileEvents events;
  events.embedded = [&](std::size_t) { std::filesystem::create_directory(options.output); };
  EXPECT_THROW(embed_file(encoder, texts(kTexts), options, events), IoError);
  EXPECT_TRUE(file_exists(folder.path() / "v.npy.tokens.jsonl"));
  const std::filesystem::path journal = folder.path() / "v.npy.journal.partial";
  std::filesystem::copy_file(journal, folder.path() / "kept");
  std::filesystem::remove(options.output);

  options.resume = true;
  for (const char* ended : {"before the last rename", "behind it"}) {
    EXPECT_EQ(embed_file(encoder, texts(kTexts), options).texts, 0U) << ended;
    EXPECT_EQ(read_file(options.output), whole) << ended;
    EXPECT_EQ(read_file(folder.path() / "v.npy.tokens.jsonl"), counts) << ended;
    EXPECT_FALSE(file_exists(journal));
    std::filesystem::copy_file(folder.path() / "kept", journal);
  }
  EXPECT_THROW(embed_file(encoder, texts(kTexts + 1), options), ArgumentError) << "more texts than it has rows";
  std::filesystem::copy_file(folder.path() / "kept", journal, std::filesystem::copy_options::overwrite_existing);
  std::ofstream(options.output) << "something else";
  EXPECT_EQ(embed_file(encoder, texts(kTexts), options).texts, kTexts) << "another file of that name";
  EXPECT_EQ(read_file(options.output), whole);
}

TEST(EmbedFile, TakesNoPartialFileThatIsNotItsOwn) {
  const TemporaryFolder folder;
  const engine::Encoder encoder(kModel, {.threads = 1});
  for (const char* name : {"v.npy.partial", "v.npy.tokens.jsonl.partial", "v.npy.journal.partial"}) {
    std::ofstream(folder.path() / name) << "mine";
    EXPECT_THROW(embed_file(encoder, texts(3), {.output = folder.path() / "v.npy", .format = EmbeddingFormat::npy}),
                 ArgumentError);
    EXPECT_EQ(read_file(folder.path() / name), "mine");
    std::filesystem::remove(folder.path() / name);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(EmbedFile, SaysInItsOwnWordsWhatDoesNotGoTogether) {
  EXPECT_THAT([] { check({.format = EmbeddingFormat::npy, .include_text = true}); },
              testing::ThrowsMessage<OptionError>("`include_text` needs `format` jsonl: npy holds numbers only"));
}

}  // namespace
}  // namespace mana::jobs
