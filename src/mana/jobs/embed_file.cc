#include "mana/jobs/embed_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "mana/jobs/model_digest.h"
#include "mana/jobs/option_error.h"
#include "mana/jobs/version.h"
#include "mana/models/sentence/adapter.h"
#include "mana/text/cut_into_letters.h"

namespace mana::jobs {
namespace {

std::string_view name_of(engine::Overflow overflow) {
  switch (overflow) {
    case engine::Overflow::truncate: return "truncate";
    case engine::Overflow::error: return "error";
    case engine::Overflow::mean: return "mean";
  }
  return "?";
}

/// An adapter is nothing without its base model, which may lie elsewhere.
std::string contents_of(const formats::SentenceFolder& folder) {
  const std::string own = digest_of_model(folder.folder);
  return folder.adapter ? fmt::format("{} {}", own, digest_of_model(models::encoder_folder(folder))) : own;
}

/// Differs wherever the ranges do.
std::string digest_of(const compress::EmbeddingRanges& ranges) {
  const auto bytes = std::as_bytes(ranges.values());
  return fmt::format("{:016x}", extend_digest(0, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
}

nlohmann::json names_of(const std::optional<std::vector<formats::PoolingMode>>& modes) {
  if (!modes) return nullptr;
  return formats::names_of(*modes, ",");
}

/// Reads over the texts of the interrupted run; they must be the same as then.
void skip_texts(const TextsToEmbed& source, const JobState& state) {
  std::uint64_t digest = 0;
  std::string text;
  for (std::uint64_t row = 0; row < state.rows; ++row) {
    if (!source.texts(text)) break;
    digest = extend_digest(digest, text, source.carried ? source.carried() : std::span<const data::RowValue>());
  }
  if (digest != state.digest) {
    throw ArgumentError(fmt::format(
        "the first {} texts are not those of the interrupted run: give the same input, or start over without `resume`",
        state.rows));
  }
}

}  // namespace

void check(const EmbedFileOptions& options) {
  if (options.format == EmbeddingFormat::npy && data::compression_named(options.output.string()) != nullptr) {
    throw OptionError("`format` npy is not packed: its readers map the numbers from the file; leave the ending out");
  }
  for (auto name = options.carried.begin(); name != options.carried.end(); ++name) {
    const bool is_member = *name == "embedding" || *name == "tokens" || *name == "truncated";
    if (is_member && options.format != EmbeddingFormat::tsv) {
      throw OptionError(fmt::format("`carried` has {}, which is the name of something else in each row", *name));
    }
    if (*name == "text" && options.include_text) {
      throw OptionError("`carried` has text, and so has `include_text`: choose one of them");
    }
    if (name->empty()) throw OptionError("`carried` has a name that is empty: id,title");
    if (std::find(options.carried.begin(), name, *name) != name) {
      throw OptionError(fmt::format("`carried` has {} twice", *name));
    }
  }
  if (options.include_text && options.format != EmbeddingFormat::jsonl) {
    throw OptionError(
        fmt::format("`include_text` needs `format` jsonl: {} holds numbers only", name_of(options.format)));
  }
}

std::string describe_job(const engine::Encoder& encoder, const EmbedFileOptions& options) {
  const engine::EncoderOptions& wanted = options.encoder;
  const auto value_or_null = [](const auto& value) { return value ? nlohmann::json(*value) : nlohmann::json(); };
  // The names are those of the journal from its first version on.
  nlohmann::ordered_json job = {
      {"mana", version()},
      {"the contents of --model", contents_of(encoder.folder())},
      {"--isa", kernels::name_of(encoder.isa())},
      {"--precision", kernels::name_of(encoder.precision())},
      {"--format", name_of(options.format)},
      {"--include-text", options.include_text},
      {"--embedding-type", compress::name_of(options.type)},
      {"ranges", options.ranges ? nlohmann::json(digest_of(*options.ranges)) : nlohmann::json()},
      {"--prompt", value_or_null(wanted.prompt)},
      {"--prompt-text", value_or_null(wanted.prompt_text)},
      {"--pooling", names_of(wanted.pooling)},
      {"--normalize", wanted.normalize == true},
      {"--no-normalize", wanted.normalize == false},
      {"--truncate-dim", value_or_null(wanted.truncate_dim)},
      {"--max-tokens", value_or_null(wanted.max_tokens)},
      {"--on-overflow", name_of(wanted.overflow)},
  };
  if (!options.carried.empty()) job["--keep"] = options.carried;
  if (const auto* const compression = data::compression_named(options.output.string())) {
    job["packed by"] = compression->name;
  }
  return job.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

EmbeddingOutputOptions output_options(const engine::Encoder& encoder, const EmbedFileOptions& options) {
  return {.path = options.output,
          .format = options.format,
          .quantiser = compress::Quantiser(options.type, encoder.dimensions(), options.ranges),
          .include_text = options.include_text,
          .carried = options.carried,
          .compression = data::compression_named(options.output.string()),
          .resume = options.resume,
          .job = {}};
}

EmbedFileResult embed_texts(const engine::Encoder& encoder, const TextsToEmbed& texts, EmbeddingOutput& output,
                            const EmbedFileEvents& events, const data::Waiting& waiting) {
  const std::uint64_t before = output.resumed().rows;
  skip_texts(texts, output.resumed());
  events.resumed(before);
  EmbedFileResult result;
  std::vector<CarriedValues> carried;  // with the texts that were read and have no vector yet
  const data::TextSource source = [&](std::string& text) {
    if (!texts.texts(text)) return false;
    if (texts.carried) {
      const auto values = texts.carried();
      carried.emplace_back(values.begin(), values.end());
    }
    return true;
  };
  const auto sink = [&](std::size_t, std::span<const std::string> some, const engine::Embeddings& rows) {
    output.write({some, carried, rows});
    carried.clear();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const engine::TextInfo& info = rows.texts[i];
      result.tokens += info.tokens;
      result.truncated += info.truncated ? 1 : 0;
      const std::size_t own = info.total_tokens - std::min<std::size_t>(info.total_tokens, encoder.prompt_tokens());
      if (text::is_cut_into_letters(some[i], own) && result.cut_into_letters++ == 0) {
        result.first_cut_into_letters = before + result.texts + i + 1;
      }
    }
    result.texts += rows.size();
    events.embedded(rows.size());
  };
  // Of what is seen only at the end, windows that are full cost less.
  encoder.stream(source, sink, output.is_seen_at_once() ? waiting : data::Waiting(waiting.stop()), events.encoded);
  output.finish();
  return result;
}

EmbedFileResult embed_file(const engine::Encoder& encoder, const TextsToEmbed& texts, const EmbedFileOptions& options,
                           const EmbedFileEvents& events, const data::Waiting& waiting) {
  check(options);
  EmbeddingOutputOptions output = output_options(encoder, options);
  output.job = describe_job(encoder, options);
  return embed_texts(encoder, texts, *open_file_output(output), events, waiting);
}

}  // namespace mana::jobs
