#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mana::data {

/// A retrieval task: texts to search for, texts to search in, and what should be found.
struct RetrievalSet {
  std::vector<std::string> queries;                  ///< in the order of the file
  std::vector<std::string> documents;                ///< in ascending order of their ids, byte by byte
  std::vector<std::vector<std::uint32_t>> relevant;  ///< [queries]: numbers of documents, ascending, at least one
  std::size_t unjudged = 0;                          ///< queries of the file left out: no document is relevant to them
};

/// The files of a task as BEIR lays them out.
///   corpus   JSON lines {"_id": "d1", "title": "…", "text": "…"}: the title may be missing, "title text" is embedded
///   queries  JSON lines {"_id": "q1", "text": "…"}
///   qrels    a table with the columns query-id, corpus-id, score: above 0 is relevant
struct RetrievalFiles {
  std::filesystem::path corpus;
  std::filesystem::path queries;
  std::filesystem::path qrels;
};

/// corpus.jsonl, queries.jsonl and qrels.tsv of a folder, or its qrels/test.tsv where there is no qrels.tsv; any
/// of them may be packed (corpus.jsonl.zst, .gz).
RetrievalFiles retrieval_files(const std::filesystem::path& folder);

/// Reads a task. Throws IoError, or FormatError that names file and line: a member or column that is missing, an id
/// that stands twice, a judgement of a query or document that does not exist, nothing to search in or for.
RetrievalSet read_retrieval_set(const RetrievalFiles& files);

}  // namespace mana::data
