#include "mana/data/retrieval_set.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/printable.h"
#include "mana/data/judgements.h"
#include "mana/data/record_reader.h"

namespace mana::data {
namespace {

struct Entry {
  std::string id;
  std::string text;
  std::uint64_t line = 0;
};

/// A whole number stands for its digits, as people write both forms.
std::string id_of(const json::Value& value) {
  const simdjson::dom::element element = value.raw();
  if (element.is_int64()) return std::to_string(element.get_int64().value_unsafe());
  if (element.is_uint64()) return std::to_string(element.get_uint64().value_unsafe());
  if (!value.is_string()) value.fail("must be a string or a whole number");
  return std::string(value.string());
}

/// What is embedded of a document: "title text".
std::string joined(std::string_view title, std::string_view text) {
  return title.empty() ? std::string(text) : fmt::format("{} {}", title, text);
}

/// Reads rows with _id, text and perhaps title.
class EntryReader {
 public:
  explicit EntryReader(const std::filesystem::path& path) : rows_(path) {
    if (rows_.is_json()) return;
    const std::vector<std::string> columns = rows_.columns();
    titled_ = std::ranges::find(columns, "title") != columns.end();
    rows_.select(titled_ ? std::vector<std::string>{"_id", "text", "title"} : std::vector<std::string>{"_id", "text"});
  }

  bool next(Entry& entry) {
    if (!rows_.next()) return false;
    if (rows_.is_json()) {
      const json::Value object = rows_.root();
      const auto title = object.find("title");
      const json::Value text = object.at("text");
      entry = {id_of(object.at("_id")), joined(title ? title->string() : "", text.string()), rows_.line()};
    } else {
      entry = {rows_.label(0), joined(titled_ ? rows_.text(2) : "", rows_.text(1)), rows_.line()};
    }
    return true;
  }

  ReadingNotes notes() const { return rows_.notes(); }

 private:
  RecordReader rows_;
  bool titled_ = false;
};

std::vector<Entry> read_entries(const std::filesystem::path& path, std::vector<ReadingNotes>& notes) {
  EntryReader reader(path);
  std::vector<Entry> entries;
  for (Entry entry; reader.next(entry);) {
    entries.push_back(std::move(entry));
    if (entries.size() > std::numeric_limits<std::uint32_t>::max()) {
      throw FormatError(fmt::format("{}: there are more texts than can be numbered", path.string()));
    }
  }
  if (entries.empty()) throw FormatError(fmt::format("{} holds no texts", path.string()));
  notes.push_back(reader.notes());
  return entries;
}

/// The number of each id: its place among the entries or, of an id that only judgements name, one after all of these.
class Numbers {
 public:
  /// The ids live in `entries`.
  Numbers(const std::vector<Entry>& entries, const std::filesystem::path& path) : there_(entries.size()) {
    numbers_.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto [other, added] = numbers_.emplace(entries[i].id, static_cast<std::uint32_t>(i));
      if (added) continue;
      const auto [first, second] = std::minmax(entries[other->second].line, entries[i].line);
      throw FormatError(fmt::format("{}: the _id '{}' stands there twice, in lines {} and {}", path.string(),
                                    printable(entries[i].id), first, second));
    }
  }

  std::optional<std::uint32_t> find(std::string_view id) const {
    const auto found = numbers_.find(id);
    return found == numbers_.end() ? std::nullopt : std::optional(found->second);
  }

  std::uint32_t number(const std::string& id) {
    if (const auto known = find(id)) {
      any_ = any_ || *known < there_;
      return *known;
    }
    if (numbers_.size() > std::numeric_limits<std::uint32_t>::max()) {
      throw FormatError("there are more different ids in the judgements than can be numbered");
    }
    return numbers_.emplace(missing_.emplace_back(id), static_cast<std::uint32_t>(numbers_.size())).first->second;
  }

  std::size_t missing() const { return missing_.size(); }
  bool any() const { return any_; }  ///< whether number() was asked of an entry's id

 private:
  std::size_t there_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
  std::deque<std::string> missing_;  // does not move what it holds
  bool any_ = false;
};

struct Judgement {
  std::uint32_t document;
  double grade;
  std::uint64_t line;
};

/// By document, each once.
void merge(std::vector<Judgement>& judgements, const std::filesystem::path& qrels) {
  std::ranges::sort(judgements, {}, [](const Judgement& each) { return std::pair(each.document, each.line); });
  for (std::size_t i = 1; i < judgements.size(); ++i) {
    const Judgement& before = judgements[i - 1];
    const Judgement& here = judgements[i];
    if (before.document != here.document || before.grade == here.grade) continue;
    throw FormatError(
        fmt::format("{}:{}: the grade is {} here but {} in line {}, for the same query and document; take one "
                    "of the lines out",
                    qrels.string(), here.line, here.grade, before.grade, before.line));
  }
  const auto doubles = std::ranges::unique(judgements, {}, &Judgement::document);
  judgements.erase(doubles.begin(), doubles.end());
}

/// The judgements of each query, of those that the file lacks at the end.
std::vector<std::vector<Judgement>> read_judgements(const RetrievalFiles& files, Numbers& queries, Numbers& documents,
                                                    std::vector<ReadingNotes>& notes) {
  JudgementReader rows(files.qrels);
  std::vector<std::vector<Judgement>> judgements;
  for (JudgementRow row; rows.next(row);) {
    const std::uint32_t query = queries.number(row.query);
    if (query >= judgements.size()) judgements.resize(std::size_t{query} + 1);
    judgements[query].push_back({documents.number(row.document), row.grade, row.line});
  }
  notes.push_back(rows.notes());
  if (!judgements.empty()) {
    const auto require_any = [&](const Numbers& numbers, const char* what, const std::filesystem::path& path) {
      if (numbers.any()) return;
      throw FormatError(fmt::format("none of the {} that {} judges is in {}; give the files of one set", what,
                                    files.qrels.string(), path.string()));
    };
    require_any(queries, "queries", files.queries);
    require_any(documents, "documents", files.corpus);
  }
  for (auto& each : judgements) merge(each, files.qrels);
  return judgements;
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
  RetrievalSet set;
  std::vector<Entry> documents = read_entries(files.corpus, set.notes);
  std::ranges::sort(documents, {}, &Entry::id);
  std::vector<Entry> queries = read_entries(files.queries, set.notes);
  Numbers query_numbers(queries, files.queries);
  Numbers document_numbers(documents, files.corpus);
  auto judgements = read_judgements(files, query_numbers, document_numbers, set.notes);
  judgements.resize(std::max(judgements.size(), queries.size()));

  set.missing_queries = query_numbers.missing();
  std::unordered_set<std::uint32_t> missing;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    std::vector<Relevance> relevant;
    for (const Judgement& each : judgements[i]) {
      if (each.grade <= 0) continue;
      relevant.push_back({each.document, each.grade});
      if (each.document >= documents.size()) missing.insert(each.document);
    }
    if (relevant.empty()) {
      ++set.unjudged;
      set.without_relevant += judgements[i].empty() ? 0 : 1;
      continue;
    }
    set.queries.push_back(std::move(queries[i].text));
    set.relevant.push_back(std::move(relevant));
    const auto namesake = document_numbers.find(queries[i].id);
    set.namesakes.push_back(namesake && *namesake < documents.size() ? namesake : std::nullopt);
  }
  if (set.queries.empty()) {
    throw FormatError(fmt::format("{} names no relevant document for any query", files.qrels.string()));
  }
  set.missing_documents = missing.size();
  for (Entry& document : documents) set.documents.push_back(std::move(document.text));
  return set;
}

}  // namespace mana::data
