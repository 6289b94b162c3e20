#include "mana/data/retrieval_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/data/line_reader.h"
#include "mana/data/table_reader.h"

namespace mana::data {
namespace {

struct Entry {
  std::string id;
  std::string text;
};

/// What is embedded of a document: "title text".
std::string text_of(const json::Value& object) {
  const std::string_view text = object.at("text").string();
  const auto title = object.find("title");
  if (!title || title->string().empty()) return std::string(text);
  return fmt::format("{} {}", title->string(), text);
}

std::vector<Entry> read_entries(const std::filesystem::path& path) {
  LineReader lines(path);
  std::vector<Entry> entries;
  for (std::string line; lines.next(line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const json::Document document = json::Document::parse(line, lines.place());
    entries.push_back({std::string(document.root().at("_id").string()), text_of(document.root())});
    if (entries.size() > std::numeric_limits<std::uint32_t>::max()) {
      throw FormatError(fmt::format("{}: there are more texts than can be numbered", lines.place()));
    }
  }
  if (entries.empty()) throw FormatError(fmt::format("{} holds no texts", lines.name()));
  return entries;
}

/// The number of each id; the ids live in `entries`.
using Numbers = std::unordered_map<std::string_view, std::uint32_t>;

Numbers numbers_of(const std::vector<Entry>& entries, const std::filesystem::path& path) {
  Numbers numbers;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (numbers.emplace(entries[i].id, static_cast<std::uint32_t>(i)).second) continue;
    throw FormatError(fmt::format("{}: the _id '{}' stands there twice", path.string(), entries[i].id));
  }
  return numbers;
}

std::uint32_t number_of(const Numbers& numbers, std::string_view id, std::string_view column, const TableReader& table,
                        const std::filesystem::path& path) {
  const auto found = numbers.find(id);
  if (found != numbers.end()) return found->second;
  throw FormatError(fmt::format("{}: {} '{}' is not in {}", table.place(), column, id, path.string()));
}

/// The documents that are relevant to each query; sorted, each once.
std::vector<std::vector<std::uint32_t>> read_relevant(const RetrievalFiles& files, const Numbers& queries,
                                                      const Numbers& documents) {
  TableReader table{LineReader(files.qrels)};
  const std::size_t query_column = table.column("query-id");
  const std::size_t document_column = table.column("corpus-id");
  const std::size_t score_column = table.column("score");
  std::vector<std::vector<std::uint32_t>> relevant(queries.size());
  for (std::vector<std::string_view> fields; table.next(fields);) {
    const auto query = number_of(queries, fields[query_column], "query-id", table, files.queries);
    const auto document = number_of(documents, fields[document_column], "corpus-id", table, files.corpus);
    if (table.number(fields[score_column], "score") > 0) relevant[query].push_back(document);
  }
  for (auto& each : relevant) {
    std::ranges::sort(each);
    const auto doubles = std::ranges::unique(each);
    each.erase(doubles.begin(), doubles.end());
  }
  return relevant;
}

/// The file or, where there is none, its packed form if that is there.
std::filesystem::path plain_or_packed(const std::filesystem::path& file) {
  for (const char* extension : {"", ".zst", ".gz"}) {
    std::filesystem::path path = file;
    path += extension;
    if (file_exists(path)) return path;
  }
  return file;
}

}  // namespace

RetrievalFiles retrieval_files(const std::filesystem::path& folder) {
  const std::filesystem::path flat = plain_or_packed(folder / "qrels.tsv");
  const std::filesystem::path nested = plain_or_packed(folder / "qrels" / "test.tsv");
  return {plain_or_packed(folder / "corpus.jsonl"), plain_or_packed(folder / "queries.jsonl"),
          !file_exists(flat) && file_exists(nested) ? nested : flat};
}

RetrievalSet read_retrieval_set(const RetrievalFiles& files) {
  std::vector<Entry> documents = read_entries(files.corpus);
  std::ranges::sort(documents, {}, &Entry::id);
  std::vector<Entry> queries = read_entries(files.queries);
  auto relevant = read_relevant(files, numbers_of(queries, files.queries), numbers_of(documents, files.corpus));
  RetrievalSet set;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (relevant[i].empty()) {
      ++set.unjudged;
      continue;
    }
    set.queries.push_back(std::move(queries[i].text));
    set.relevant.push_back(std::move(relevant[i]));
  }
  if (set.queries.empty()) {
    throw FormatError(fmt::format("{} names no relevant document for any query", files.qrels.string()));
  }
  for (Entry& document : documents) set.documents.push_back(std::move(document.text));
  return set;
}

}  // namespace mana::data
