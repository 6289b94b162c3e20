#include "mana/text/tokenizer.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "mana/base/errors.h"
#include "mana/text/pipeline.h"
#include "mana/text/repaired_text.h"
#include "mana/text/tokenizer_files.h"

namespace mana::text {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

// Gives every token of a text, whatever bytes it is made of, to emit(id, offsets).
template <class Emit>
void tokenize(const Tokenizer::Pipeline& pipeline, std::string_view text, bool tracked, Emit&& emit) {
  if (text.empty()) return;
  if (text.size() > kMaxBytes) {
    throw ArgumentError(
        fmt::format("a text of {} bytes is too long; split what is above {} bytes", text.size(), kMaxBytes));
  }
  if (simdjson::validate_utf8(text)) return pipeline.run(text, tracked, emit);
  const RepairedText repaired(text);
  pipeline.run(repaired.text(), tracked, [&](TokenId id, Offsets offsets) { emit(id, repaired.original(offsets)); });
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

TokenSequence sequence(const Tokenizer::Pipeline& pipeline, std::string_view text, std::size_t limit) {
  TokenSequence tokens;
  const std::size_t expected = std::min(limit, text.size() / 4 + 4);  // a token of most texts has four bytes or more
  tokens.ids.reserve(expected);
  tokens.offsets.reserve(expected);
  tokenize(pipeline, text, true, [&](TokenId id, Offsets offsets) {
    if (tokens.total++ >= limit) return;
    tokens.ids.push_back(id);
    tokens.offsets.push_back(offsets);
  });
  return tokens;
}

}  // namespace

Tokenizer::Tokenizer(std::unique_ptr<const Pipeline> pipeline) : pipeline_(std::move(pipeline)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::load(const std::filesystem::path& folder, std::optional<bool> lowercase) {
  return Tokenizer(std::make_unique<const Pipeline>(read_pipeline(folder, lowercase)));
}

Encoding Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  const std::size_t limit = budget(pipeline_->single, options);
  TokenSequence tokens = sequence(*pipeline_, text, limit);
  truncate(tokens, nullptr, limit, options.truncation);
  return assemble(pipeline_->single, tokens, nullptr, options.special_tokens);
}

Encoding Tokenizer::encode_pair(std::string_view first, std::string_view second, const EncodeOptions& options) const {
  const std::size_t limit = budget(pipeline_->pair, options);
  TokenSequence first_tokens = sequence(*pipeline_, first, limit);
  TokenSequence second_tokens = sequence(*pipeline_, second, limit);
  truncate(first_tokens, &second_tokens, limit, options.truncation);
  return assemble(pipeline_->pair, first_tokens, &second_tokens, options.special_tokens);
}

TokenCount Tokenizer::append(std::string_view text, const EncodeOptions& options, std::vector<TokenId>& ids) const {
  const std::size_t limit = budget(pipeline_->single, options);
  const std::size_t before = ids.size();
  std::size_t total = 0;
  for (const Template::Part& part : pipeline_->single.parts) {
    if (part.source == Template::Source::first) {
      std::size_t kept = 0;
      tokenize(*pipeline_, text, false, [&](TokenId id, Offsets) {
        ++total;
        if (kept == limit) return;
        ids.push_back(id);
        ++kept;
      });
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

void Tokenizer::wrap(std::span<const TokenId> content, std::vector<TokenId>& ids) const {
  for (const Template::Part& part : pipeline_->single.parts) {
    const auto inner = part.source == Template::Source::first ? content : std::span<const TokenId>(part.ids);
    ids.insert(ids.end(), inner.begin(), inner.end());
  }
}

std::string Tokenizer::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
  std::string text;
  bool first = true;
  for (TokenId id : ids) {
    auto token = pipeline_->added.decoded(id);
    if (!token) token = pipeline_->vocabulary().token(id);
    if (!token || (skip_special_tokens && pipeline_->added.is_special(*token))) continue;
    std::visit([&](const auto& join) { join(*token, first, text); }, pipeline_->decoder);
    first = false;
  }
  return text;
}

std::size_t Tokenizer::vocabulary_size() const { return pipeline_->vocabulary().size() + pipeline_->added.new_count(); }

std::optional<TokenId> Tokenizer::id(std::string_view token) const { return pipeline_->id(token); }

std::string_view Tokenizer::token(TokenId id) const {
  if (const auto token = pipeline_->token(id)) return *token;
  throw ArgumentError(fmt::format("no token of this vocabulary has the id {}", id));
}

std::optional<std::string_view> Tokenizer::find_token(TokenId id) const { return pipeline_->token(id); }

std::size_t Tokenizer::special_token_count(bool pair) const {
  return (pair ? pipeline_->pair : pipeline_->single).special_count();
}

std::optional<std::size_t> Tokenizer::model_max_length() const { return pipeline_->model_max_length; }

}  // namespace mana::text
