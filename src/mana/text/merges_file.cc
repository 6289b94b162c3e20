// The merges of a BPE model, as files have them.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/foreign_file.h"
#include "mana/base/printable.h"
#include "mana/base/valid_utf8.h"
#include "mana/text/tokenizer_files.h"

namespace mana::text {
namespace {

using Pair = BytePairEncoding::Pair;

// "a b", or nothing for the line that names a version.
void add_merge(std::string_view line, std::string_view place, std::vector<Pair>& merges) {
  if (line.starts_with("#version")) return;
  const std::size_t space = line.find(' ');
  if (space == line.npos || line.find(' ', space + 1) != line.npos) {
    throw FormatError(
        fmt::format("{}: the merge \"{}\" is not two tokens with a space between them", place, printable(line)));
  }
  merges.push_back({line.substr(0, space), line.substr(space + 1)});
}

std::vector<Pair> list_of_merges(const json::Value& entry) {
  simdjson::dom::array list;
  if (entry.raw().get(list) != simdjson::SUCCESS) entry.fail("must be a list");
  std::vector<Pair> merges;
  merges.reserve(list.size());
  std::string_view left, right;
  for (const simdjson::dom::element merge : list) {
    simdjson::dom::array pair;
    if (merge.get(left) == simdjson::SUCCESS) {
      add_merge(left, entry.place(), merges);
    } else if (merge.get(pair) == simdjson::SUCCESS && pair.size() == 2 && pair.at(0).get(left) == simdjson::SUCCESS &&
               pair.at(1).get(right) == simdjson::SUCCESS) {
      merges.push_back({left, right});
    } else {
      entry.fail("must be a list of merges, each \"a b\" or [\"a\", \"b\"]");
    }
  }
  return merges;
}

}  // namespace

BytePairEncoding read_merges_file(const std::filesystem::path& folder, const BytePairEncoding::Options& options) {
  const std::filesystem::path path = folder / "merges.txt";
  const std::string merges = read_file(path);
  refuse_stand_in(merges, path.string());
  return read_merges_text(json::Document::read(folder / "vocab.json").root(), merges, options, path.string());
}

BytePairEncoding read_merges_text(const json::Value& vocabulary, std::string_view text,
                                  const BytePairEncoding::Options& options, const std::string& place) {
  if (!is_utf8(text)) throw FormatError(fmt::format("{} is not UTF-8; it is damaged or no list of merges", place));
  std::vector<Pair> merges;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) add_merge(line, place, merges);
  }
  return {read_vocabulary(vocabulary), merges, options, place};
}

BytePairEncoding read_merges(const json::Value& model, const BytePairEncoding::Options& options) {
  return {read_vocabulary(model.at("vocab")), list_of_merges(model.at("merges")), options, model.place()};
}

BytePairEncoding read_byte_pair_encoding(const json::Value& entry, bool byte_level) {
  if (const auto dropout = entry.find("dropout"); dropout && dropout->number() != 0) {
    dropout->fail("must be null or 0: tokens are not left to chance here");
  }
  const auto text = [&](std::string_view key) {
    const auto value = entry.find(key);
    return value ? std::string(value->string()) : std::string();
  };
  const auto flag = [&](std::string_view key) {
    const auto value = entry.find(key);
    return value && value->boolean();
  };
  const BytePairEncoding::Options options{.unknown_token = text("unk_token"),
                                          .continuing_prefix = text("continuing_subword_prefix"),
                                          .end_suffix = text("end_of_word_suffix"),
                                          .fuse_unknown = flag("fuse_unk"),
                                          .byte_fallback = flag("byte_fallback"),
                                          .ignore_merges = flag("ignore_merges"),
                                          .byte_level = byte_level};
  if (options.byte_fallback && (byte_level || !options.continuing_prefix.empty() || !options.end_suffix.empty())) {
    entry.fail("asks for byte_fallback together with ByteLevel, a prefix or a suffix, which is not supported");
  }
  return read_merges(entry, options);
}

}  // namespace mana::text
