// The merges of a BPE model, as files have them.
#include <fmt/format.h>
#include <simdjson.h>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
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

std::vector<Pair> read_merges(const json::Value& entry) {
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
  const json::Value tokens = entry.at("vocab");
  return {read_vocabulary(tokens), read_merges(entry.at("merges")), options, entry.place()};
}

}  // namespace mana::text
