#include "mana/text/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/base/valid_utf8.h"
#include "mana/text/pipeline.h"
#include "mana/text/repaired_text.h"
#include "mana/text/tokenizer_files.h"
#include "mana/text/trimmed_offsets.h"

namespace mana::text {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

// Gives every token of a text, whatever bytes it is made of, to emit(id, offsets).
template <class Emit>
void tokenize(const Tokenizer::Pipeline& pipeline, std::string_view text, bool tracked, Scratch& scratch, Emit&& emit) {
  if (text.empty()) return;
  if (text.size() > kMaxBytes) {
    throw ArgumentError(
        fmt::format("a text of {} bytes is too long; split what is above {} bytes", text.size(), kMaxBytes));
  }
  if (is_utf8(text)) return pipeline.run(text, tracked, scratch, emit);
  const RepairedText repaired(text);
  pipeline.run(repaired.text(), tracked, scratch,
               [&](TokenId id, Offsets offsets) { emit(id, repaired.original(offsets)); });
}

// To be asked for every token that a text has so far.
void give_up_if_stopped(std::size_t tokens, const EncodeOptions& options) {
  constexpr std::size_t kBetween = 4096;
  if (tokens % kBetween != 0 || options.stop == nullptr || !options.stop->stop_requested()) return;
  throw Cancelled("the tokenizing of a text was cancelled");
}

// How many tokens a template leaves for the texts.
std::size_t budget(const Template& form, const EncodeOptions& options) {
  if (!options.special_tokens) return options.max_tokens;
  const std::size_t special = form.special_count();
  if (options.max_tokens < special) {
    throw ArgumentError(
        fmt::format("max_tokens is {}, but the special tokens alone are {}; allow more", options.max_tokens, special));
  }
  return options.max_tokens - special;
}

// Puts the tokens of a text in place of what `tokens` held, and keeps its memory. When the end of a text is what
// counts, all of them; else those behind the limit are only counted.
void fill(TokenSequence& tokens, const Tokenizer::Pipeline& pipeline, std::string_view text, std::size_t limit,
          const EncodeOptions& options, Scratch& scratch) {
  tokens.clear();
  if (pipeline.truncate_left) limit = std::numeric_limits<std::size_t>::max();
  tokenize(pipeline, text, true, scratch, [&](TokenId id, Offsets offsets) {
    give_up_if_stopped(tokens.total, options);
    if (tokens.total++ >= limit) return;
    tokens.ids.push_back(id);
    tokens.offsets.push_back(offsets);
  });
}

}  // namespace

Tokenizer::Tokenizer(std::unique_ptr<const Pipeline> pipeline) : pipeline_(std::move(pipeline)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::load(const std::filesystem::path& folder, const TokenizerOptions& options) {
  return Tokenizer(std::make_unique<const Pipeline>(read_pipeline(folder, options)));
}

Encoding Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  return SequentialTokenizer(*this).encode(text, options);
}

Encoding Tokenizer::encode_pair(std::string_view first, std::string_view second, const EncodeOptions& options) const {
  return SequentialTokenizer(*this).encode_pair(first, second, options);
}

TokenCount Tokenizer::append(std::string_view text, const EncodeOptions& options, std::vector<TokenId>& ids) const {
  return SequentialTokenizer(*this).append(text, options, ids);
}

void Tokenizer::wrap(std::span<const TokenId> content, std::vector<TokenId>& ids) const {
  for (const Template::Part& part : pipeline_->single.parts) {
    const auto inner = part.source == Template::Source::first ? content : std::span<const TokenId>(part.ids);
    ids.insert(ids.end(), inner.begin(), inner.end());
  }
}

std::string Tokenizer::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
  TokenTexts tokens;
  for (TokenId id : ids) {
    auto token = pipeline_->added.decoded(id);
    if (!token) token = pipeline_->vocabulary().token(id);
    if (!token || (skip_special_tokens && pipeline_->added.is_special(*token))) continue;
    tokens.emplace_back(*token);
  }
  return pipeline_->decoders(std::move(tokens));
}

std::size_t Tokenizer::vocabulary_size() const { return pipeline_->vocabulary().size() + pipeline_->added.new_count(); }

std::optional<TokenId> Tokenizer::id(std::string_view token) const { return pipeline_->id(token); }

std::string_view Tokenizer::token(TokenId id) const {
  if (const auto token = pipeline_->token(id)) return *token;
  throw ArgumentError(fmt::format("{}: no token of the vocabulary has the id {}", pipeline_->place, id));
}

std::optional<std::string_view> Tokenizer::find_token(TokenId id) const { return pipeline_->token(id); }

std::size_t Tokenizer::unlisted_pieces() const { return pipeline_->marian ? pipeline_->marian->unlisted_pieces() : 0; }

std::size_t Tokenizer::special_token_count(bool pair) const {
  return (pair ? pipeline_->pair : pipeline_->single).special_count();
}

std::optional<std::size_t> Tokenizer::model_max_length() const {
  if (!pipeline_->max_length_fault.empty()) throw FormatError(pipeline_->max_length_fault);
  return pipeline_->model_max_length;
}

bool Tokenizer::truncates_left() const { return pipeline_->truncate_left; }

bool Tokenizer::is_special(TokenId id) const { return std::ranges::binary_search(pipeline_->special_ids, id); }

bool Tokenizer::names_special_tokens() const { return !pipeline_->special_ids.empty(); }

bool Tokenizer::has_types() const {
  return pipeline_->type_ids &&
         std::ranges::any_of(pipeline_->single.parts, [](const Template::Part& part) { return part.type_id != 0; });
}

void Tokenizer::append_types(std::size_t count, std::vector<TokenId>& types) const {
  const std::size_t content = count - std::min(count, pipeline_->single.special_count());
  for (const Template::Part& part : pipeline_->single.parts) {
    const bool text = part.source == Template::Source::first;
    types.insert(types.end(), text ? content : part.ids.size(), part.type_id);
  }
}

const std::vector<std::string>& Tokenizer::notes() const { return pipeline_->notes; }

void Tokenizer::require_vectors(std::size_t vectors, std::size_t types, std::string_view model) const {
  const auto refuse = [&](std::string_view what, std::int64_t number, std::string_view kind, std::size_t most) {
    throw FormatError(
        fmt::format("{}: {} has the {} {}, but {} has vectors for {}; the tokenizer is not the model's, or "
                    "the model was not resized when tokens were added",
                    pipeline_->place, what, kind, number, model, most));
  };
  const auto check = [&](TokenId id, std::string_view what, std::string_view token) {
    if (id < 0 || static_cast<std::size_t>(id) >= vectors)
      refuse(fmt::format("{} \"{}\"", what, printable(token)), id, "id", vectors);
  };
  const Vocabulary& vocabulary = pipeline_->vocabulary();
  if (vocabulary.id_end() > vectors) {
    for (auto id = static_cast<TokenId>(vectors); static_cast<std::size_t>(id) < vocabulary.id_end(); ++id) {
      if (const auto token = vocabulary.token(id)) check(id, "the token", *token);
    }
  }
  for (const AddedToken& token : pipeline_->added.tokens()) check(token.id, "the added token", token.content);
  for (const Template::Part& part : pipeline_->single.parts) {
    for (const TokenId id : part.ids) check(id, "the template's token", pipeline_->token(id).value_or("?"));
    if (pipeline_->type_ids && static_cast<std::size_t>(part.type_id) >= types) {
      refuse("a part of the template", part.type_id, "type", types);
    }
  }
}

struct SequentialTokenizer::Memory {
  TokenSequence first, second;
  Scratch scratch;
};

SequentialTokenizer::SequentialTokenizer(const Tokenizer& tokenizer)
    : pipeline_(tokenizer.pipeline_.get()), memory_(std::make_unique<Memory>()) {}
SequentialTokenizer::SequentialTokenizer(SequentialTokenizer&&) noexcept = default;
SequentialTokenizer& SequentialTokenizer::operator=(SequentialTokenizer&&) noexcept = default;
SequentialTokenizer::~SequentialTokenizer() = default;

Encoding SequentialTokenizer::encode(std::string_view text, const EncodeOptions& options) {
  const std::size_t limit = budget(pipeline_->single, options);
  TokenSequence& tokens = memory_->first;
  fill(tokens, *pipeline_, text, limit, options, memory_->scratch);
  if (pipeline_->trim_offsets) trim_offsets(*pipeline_, text, tokens);
  truncate(tokens, nullptr, limit, options.truncation, pipeline_->truncate_left);
  return assemble(pipeline_->single, tokens, nullptr, options.special_tokens);
}

Encoding SequentialTokenizer::encode_pair(std::string_view first, std::string_view second,
                                          const EncodeOptions& options) {
  const std::size_t limit = budget(pipeline_->pair, options);
  auto& [first_tokens, second_tokens, scratch] = *memory_;
  fill(first_tokens, *pipeline_, first, limit, options, scratch);
  fill(second_tokens, *pipeline_, second, limit, options, scratch);
  if (pipeline_->trim_offsets) {
    trim_offsets(*pipeline_, first, first_tokens);
    trim_offsets(*pipeline_, second, second_tokens);
  }
  truncate(first_tokens, &second_tokens, limit, options.truncation, pipeline_->truncate_left);
  return assemble(pipeline_->pair, first_tokens, &second_tokens, options.special_tokens);
}

TokenCount SequentialTokenizer::append(std::string_view text, const EncodeOptions& options, std::vector<TokenId>& ids) {
  const std::size_t limit = budget(pipeline_->single, options);
  const std::size_t before = ids.size();
  std::size_t total = 0;
  for (const Template::Part& part : pipeline_->single.parts) {
    if (part.source == Template::Source::first) {
      const std::size_t begin = ids.size();
      std::size_t kept = 0;
      const std::size_t most = pipeline_->truncate_left ? std::numeric_limits<std::size_t>::max() : limit;
      tokenize(*pipeline_, text, false, memory_->scratch, [&](TokenId id, Offsets) {
        give_up_if_stopped(total, options);
        ++total;
        if (kept == most) return;
        ids.push_back(id);
        ++kept;
      });
      if (kept > limit) {  // the end is what counts
        const auto first = ids.begin() + static_cast<std::ptrdiff_t>(begin);
        ids.erase(first, first + static_cast<std::ptrdiff_t>(kept - limit));
      }
    } else if (part.source == Template::Source::special && options.special_tokens) {
      ids.insert(ids.end(), part.ids.begin(), part.ids.end());
      total += part.ids.size();
    }
  }
  const TokenCount count{ids.size() - before, total};
  if (count.truncated() && options.truncation == Truncation::only_second) {
    ids.resize(before);
    throw_no_second_text();
  }
  return count;
}

}  // namespace mana::text
