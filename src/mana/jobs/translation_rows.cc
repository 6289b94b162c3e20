#include "mana/jobs/translation_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "mana/jobs/json_text.h"
#include "mana/jobs/option_error.h"

namespace mana::jobs {
namespace {

using generate::Token;

/// The text in one line, and in one field of a table.
std::string in_one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return line;
}

void append_pieces(std::string& json, const text::Tokenizer& tokenizer, std::span<const Token> tokens) {
  json += '[';
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0) json += ", ";
    append_string(json, tokenizer.find_token(tokens[i]).value_or("?"));
  }
  json += ']';
}

/// What each step looks at: the place of the source's token that it looks at most, and the shares of all.
void append_attention(std::string& json, const generate::Hypothesis& found) {
  if (found.attention.empty()) return;
  json += fmt::format(", \"alignment\": [{}], \"attention\": [", fmt::join(generate::alignment_of(found), ", "));
  const std::size_t source = found.attention.size() / found.steps.size();
  for (std::size_t i = 0; i < found.attention.size(); ++i) {
    json += i % source > 0 ? ", " : i > 0 ? "], [" : "[";
    json += fmt::format("{:.4f}", found.attention[i]);
  }
  json += "]]";
}

void append_json(std::string& json, const TranslationRowOptions& options, const generate::Translator& translator,
                 const generate::TranslatedText& translated) {
  json += "{\"text\": ";
  append_string(json, translated.text);
  json += ", \"score\": ";
  append_number(json, static_cast<float>(translated.found.score));
  json += fmt::format(", \"ending\": \"{}\"", name_of(translated.found.ending));
  if (options.explain) {
    json += ", \"pieces\": ";
    append_pieces(json, translator.target_tokenizer(), translated.found.tokens);
    json += ", \"log_probabilities\": [";
    for (std::size_t i = 0; i < translated.found.steps.size(); ++i) {
      if (i > 0) json += ", ";
      append_number(json, translated.found.steps[i]);
    }
    json += ']';
    append_attention(json, translated.found);
  }
  json += '}';
}

void append_json_line(std::string& json, const TranslationRowOptions& options, const generate::Translator& translator,
                      std::string_view text, const generate::Translation& translation) {
  json += '{';
  if (options.include_text) {
    json += "\"text\": ";
    append_string(json, text);
    json += ", ";
  }
  json += "\"translations\": [";
  for (std::size_t i = 0; i < translation.best.size(); ++i) {
    if (i > 0) json += ", ";
    append_json(json, options, translator, translation.best[i]);
  }
  json += fmt::format("], \"tokens\": {}", translation.source_tokens);
  if (options.explain) {
    json += ", \"pieces\": ";
    append_pieces(json, translator.source_tokenizer(), translation.source);
  }
  json += fmt::format(", \"truncated\": {}}}\n", translation.truncated);
}

/// For people: the pieces of the text, and below each translation its pieces with the piece that each looks at most
/// and their probabilities.
void append_explanation(std::string& lines, const generate::Translator& translator, std::string_view text,
                        const generate::Translation& translation) {
  const auto piece = [](const text::Tokenizer& tokenizer, Token token) {
    return in_one_line(tokenizer.find_token(token).value_or("?"));
  };
  lines += in_one_line(text);
  lines += "\n  source:";
  for (const Token token : translation.source) lines.append(1, ' ').append(piece(translator.source_tokenizer(), token));
  if (translation.truncated) lines += fmt::format(" … ({} tokens)", translation.source_tokens);
  lines += '\n';
  for (const generate::TranslatedText& each : translation.best) {
    lines +=
        fmt::format("  {:.4f} ({}): {}\n   ", each.found.score, name_of(each.found.ending), in_one_line(each.text));
    const std::vector<std::size_t> alignment = generate::alignment_of(each.found);
    for (std::size_t i = 0; i < each.found.steps.size(); ++i) {
      const bool last = i == each.found.tokens.size();
      lines.append(1, ' ').append(last ? "(end)" : piece(translator.target_tokenizer(), each.found.tokens[i]));
      if (!alignment.empty()) {
        lines.append("←").append(piece(translator.source_tokenizer(), translation.source[alignment[i]]));
      }
      lines += fmt::format(" {:.0f}%", 100 * std::exp(each.found.steps[i]));
    }
    lines += '\n';
  }
}

}  // namespace

std::string_view name_of(TranslationFormat format) {
  switch (format) {
    case TranslationFormat::text: return "text";
    case TranslationFormat::jsonl: return "jsonl";
    case TranslationFormat::tsv: return "tsv";
  }
  return "?";
}

std::string_view name_of(generate::Ending ending) { return ending == generate::Ending::end ? "end" : "limit"; }

void check(const TranslationRowOptions& options) {
  if (options.include_text && options.format != TranslationFormat::jsonl) {
    throw OptionError("`include_text` needs `format` jsonl");
  }
  if (options.explain && options.format == TranslationFormat::tsv) {
    throw OptionError("`explain` needs `format` text or jsonl: a table has no room for it");
  }
}

void append_rows(std::string& lines, const TranslationRowOptions& options, const generate::Translator& translator,
                 std::size_t number, std::string_view text, const generate::Translation& translation) {
  switch (options.format) {
    case TranslationFormat::text:
      if (options.explain) return append_explanation(lines, translator, text, translation);
      lines += in_one_line(translation.best.front().text);
      lines += '\n';
      return;
    case TranslationFormat::jsonl: return append_json_line(lines, options, translator, text, translation);
    case TranslationFormat::tsv:
      for (const generate::TranslatedText& each : translation.best) {
        lines += fmt::format("{}\t{:.6f}\t{}\t{}\n", number + 1, each.found.score, name_of(each.found.ending),
                             in_one_line(each.text));
      }
  }
}

}  // namespace mana::jobs
