#include "mana/data/pretraining/tokenized_corpus.h"

#include <fmt/format.h>

#include <atomic>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/xxh64.h"
#include "mana/data/pretraining/block_sum.h"
#include "mana/data/pretraining/sentence_tokens.h"
#include "mana/data/pretraining/token_file_form.h"
#include "mana/data/pretraining/token_file_writer.h"
#include "mana/data/word_marks.h"

namespace mana::data {
namespace {

/// Parts of documents that one thread tokenises, and their sentences.
struct Share {
  std::vector<DocumentPart> parts;
  std::size_t bytes = 0;
  SentenceTokens sentences;
  struct Place {
    std::size_t sentence, token;  ///< where the sentences of a part begin
  };
  std::vector<Place> places;  ///< [parts + 1]
};

constexpr std::size_t kShareBytes = std::size_t{1} << 18;  // and less than a part more
constexpr std::size_t kSharesPerThread = 8;

/// Reads parts into shares until these are full; how many were filled.
std::size_t read_shares(DocumentReader& reader, std::vector<Share>& shares, const std::stop_token& stop) {
  std::size_t count = 0;
  DocumentPart part;
  for (Share& share : shares) {
    if (stop.stop_requested()) throw Cancelled("the reading of the text was cancelled");
    share.parts.clear();
    share.bytes = 0;
    while (share.bytes < kShareBytes && reader.next(part)) {
      share.bytes += part.text.size();
      share.parts.push_back(std::move(part));
    }
    if (share.parts.empty()) break;
    ++count;
  }
  return count;
}

void tokenize(Share& share, text::SentenceRules rules, text::SequentialTokenizer& tokenizer) {
  SentenceTokens& to = share.sentences;
  to.ids.clear();
  to.lengths.clear();
  share.places.assign(1, {0, 0});
  for (const DocumentPart& part : share.parts) {
    add_sentences(part.text, rules, tokenizer, to);
    share.places.push_back({to.lengths.size(), to.ids.size()});
  }
}

void write(const Share& share, TokenFileWriter& writer) {
  for (std::size_t i = 0; i < share.parts.size(); ++i) {
    if (share.parts[i].begins) writer.begin_document();
    const Share::Place begin = share.places[i], end = share.places[i + 1];
    writer.add(std::span(share.sentences.ids).subspan(begin.token, end.token - begin.token),
               std::span(share.sentences.lengths).subspan(begin.sentence, end.sentence - begin.sentence));
  }
}

TokenOrigin origin_of(const std::vector<CorpusFile>& files, const Corpus& corpus, const text::Tokenizer& tokenizer) {
  BlockSum sum;
  for (const CorpusFile& file : files) {
    const MappedFile bytes(file.path);
    const std::uint64_t beginning[] = {bytes.bytes().size(), file.one_document ? 1U : 0U};
    sum.add(std::as_bytes(std::span(beginning)));
    sum.add(bytes.bytes());
  }
  const TextFormat& format = corpus.format;
  const std::string rules =
      fmt::format("{}\n{}\n{}\n{}", format.form ? name_of(*format.form) : "", format.field.value_or("\n"),
                  format.column.value_or("\n"), corpus.abbreviations);
  sum.add(std::as_bytes(std::span(rules)));
  return {.text = sum.value(), .tokenizer = xxh64(tokenizer.compiled()), .vocabulary = id_end(tokenizer)};
}

std::vector<ReadingNotes> write_tokens(const std::filesystem::path& path, const std::vector<CorpusFile>& files,
                                       const Corpus& corpus, const TokenOrigin& origin,
                                       const text::Tokenizer& tokenizer, Team& team,
                                       const std::function<void(std::uint64_t)>& read_bytes,
                                       const std::stop_token& stop) {
  const auto rules = corpus.abbreviations ? text::SentenceRules::tailored : text::SentenceRules::standard;
  std::vector<text::SequentialTokenizer> tokenizers;
  tokenizers.reserve(team.size());
  for (unsigned i = 0; i < team.size(); ++i) tokenizers.emplace_back(tokenizer);
  std::vector<Share> shares(team.size() * kSharesPerThread);

  std::vector<ReadingNotes> notes;
  notes.reserve(files.size());
  TokenFileWriter writer(path, origin);
  std::uint64_t bytes_before = 0;
  for (const CorpusFile& file : files) {
    DocumentReader reader(file, corpus.format, stop);
    while (const std::size_t count = read_shares(reader, shares, stop)) {
      std::atomic<std::size_t> next = 0;
      team.run([&](unsigned thread) {
        for (std::size_t i = next++; i < count; i = next++) tokenize(shares[i], rules, tokenizers[thread]);
      });
      for (std::size_t i = 0; i < count; ++i) write(shares[i], writer);
      if (read_bytes) read_bytes(bytes_before + reader.position());
    }
    bytes_before += reader.position();
    notes.push_back(reader.notes());
  }
  if (writer.tokens() == 0) throw ArgumentError(fmt::format("there is no text in {}", corpus.inputs.front().string()));
  writer.commit();
  return notes;
}

/// Why what is there is not of this text and this tokenizer; empty where it is.
std::string difference(const TokenFile& file, const TokenOrigin& wanted) {
  if (file.origin() == wanted) return {};
  return file.origin().text != wanted.text
             ? fmt::format("{} is of another text, or of this one read otherwise", file.path().string())
             : fmt::format("{} was made with another tokenizer, or another version of Mana", file.path().string());
}

}  // namespace

TokenizedCorpus tokenized_corpus(const std::filesystem::path& path, const Corpus& corpus,
                                 const text::Tokenizer& tokenizer, Team& team, OtherTokens other,
                                 const std::function<void(std::uint64_t)>& read_bytes, const std::stop_token& stop) {
  const std::vector<CorpusFile> files = corpus_files(corpus);
  const TokenOrigin origin = origin_of(files, corpus, tokenizer);
  std::string reason;
  if (file_exists(path)) {
    if (const std::uint32_t version = TokenFile::version_of(path); version != kTokenFileVersion) {
      reason = fmt::format("{} is of version {}, not of {}", path.string(), version, kTokenFileVersion);
    } else {
      TokenFile file = TokenFile::open(path);
      reason = difference(file, origin);
      if (reason.empty()) return {.file = std::move(file)};
    }
    if (other == OtherTokens::refuse) {
      throw ArgumentError(
          fmt::format("{}; what was begun with it can go on only with the same text and tokenizer", reason));
    }
  }
  std::vector<ReadingNotes> notes = write_tokens(path, files, corpus, origin, tokenizer, team, read_bytes, stop);
  return {.file = TokenFile::open(path), .written = true, .reason = std::move(reason), .notes = std::move(notes)};
}

}  // namespace mana::data
