#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mana/data/reading_notes.h"

namespace mana::data {

/// A document that is relevant to a query.
struct Relevance {
  std::uint32_t document = 0;
  double grade = 1;  ///< how relevant it is: above 0

  bool operator==(const Relevance&) const = default;
};

/// A retrieval task: texts to search for, texts to search in, and what should be found.
struct RetrievalSet {
  std::vector<std::string> queries;    ///< in the order of the file
  std::vector<std::string> documents;  ///< in ascending order of their ids, byte by byte
  /// [queries]: by document, ascending, each once; at least one. A number from documents.size() on stands for a
  /// document that is judged but not there: it should be found and cannot be.
  std::vector<std::vector<Relevance>> relevant;
  std::vector<std::optional<std::uint32_t>> namesakes = {};  ///< [queries]: the document that has the query's id

  std::size_t unjudged = 0;           ///< queries of the file left out: no document is relevant to them
  std::size_t without_relevant = 0;   ///< of these, the queries that judgements name, with grades of 0 or less
  std::size_t missing_queries = 0;    ///< that judgements name but the file lacks: left out
  std::size_t missing_documents = 0;  ///< different ones, relevant to some query, that the corpus lacks

  std::vector<ReadingNotes> notes = {};  ///< of the files, what was read in spite of a mistake
};

/// The files of a task as BEIR lays them out.
///   corpus   rows {"_id": "d1", "title": "…", "text": "…"}: the title may be missing, "title text" is embedded
///   queries  rows {"_id": "q1", "text": "…"}
///   qrels    judgements in any form of JudgementReader (judgements.h): a grade above 0 is relevant
/// The rows are JSON lines in BEIR, and may be in any form of RecordReader (record_reader.h). An _id may be a whole
/// number; it stands for its digits.
struct RetrievalFiles {
  std::filesystem::path corpus;
  std::filesystem::path queries;
  std::filesystem::path qrels;
};

/// corpus.jsonl, queries.jsonl and qrels.tsv of a folder, or its qrels/test.tsv where there is no qrels.tsv; any
/// of them may be packed (corpus.jsonl.zst, .gz).
RetrievalFiles retrieval_files(const std::filesystem::path& folder);

/// Reads a task. Judgements of queries or documents that are not there are counted: public sets have such. A judgement
/// that is repeated counts once. Throws IoError, or FormatError that names file and line: a member or column that is
/// missing, an id that stands twice, two judgements that contradict each other, judgements of which none is of these
/// queries or of these documents, nothing to search in or for.
RetrievalSet read_retrieval_set(const RetrievalFiles& files);

}  // namespace mana::data
