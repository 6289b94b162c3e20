#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mana/data/reading_notes.h"
#include "mana/data/text_source.h"

namespace mana::data {

/// A corpus of documents: files, or folders of which every file is a document.
struct Corpus {
  std::vector<std::filesystem::path> inputs;
  TextFormat format = {};                    ///< of a row of JSON or of a table every text is a document
  std::optional<bool> document_a_file = {};  ///< else an empty line ends one; none: true for what lies in a folder
  bool abbreviations = true;  ///< a sentence goes on behind some (text/sentences.h: SentenceRules::tailored)
};

/// A file of a corpus.
struct CorpusFile {
  std::filesystem::path path;
  bool one_document = false;
};

/// The files of a corpus: those of a folder and of the folders in it in the order of their names, without what begins
/// with a dot. Throws IoError for what is not there; ArgumentError for what is no regular file, for it is read twice,
/// and where there is none.
std::vector<CorpusFile> corpus_files(const Corpus& corpus);

/// Some of a document: whole sentences, but for one that is longer than a part.
struct DocumentPart {
  std::string text;
  bool begins = false;  ///< a document begins with it
};

/// The documents of one file, part by part, in bounded memory, however long they or their lines are; a row of JSON
/// alone is in memory as a whole. What the parts are depends on the text alone.
class DocumentReader {
 public:
  static constexpr std::size_t kPart = std::size_t{1} << 20;  ///< bytes of a part, at most

  /// Throws IoError, FormatError, as next() does.
  DocumentReader(const CorpusFile& file, const TextFormat& format, std::stop_token stop = {});

  /// False at the end. Throws Cancelled.
  bool next(DocumentPart& part);
  /// Bytes of the file that have been read, packed as they are.
  std::uint64_t position() const { return file_.position(); }
  ReadingNotes notes() const;

 private:
  bool next_of_rows(DocumentPart& part);
  bool next_of_lines(DocumentPart& part);
  bool fill();
  void note_broken(std::string_view part);
  std::string_view rest() const { return std::string_view(held_).substr(at_); }

  TextFile file_;
  bool one_document_;
  bool begins_ = true;      // the next part begins a document
  bool ended_ = false;      // the file
  std::string held_;        // what was read; of rows one text
  std::size_t at_ = 0;      // in it: what was given
  std::uint64_t line_ = 1;  // of the file, in which the next part begins
  ReadingNotes::Rows broken_;
  std::uint64_t last_broken_ = 0;  // line
};

}  // namespace mana::data
