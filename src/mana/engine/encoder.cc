#include "mana/engine/encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/processors.h"
#include "mana/data/text_windows.h"
#include "mana/engine/chunk_mean.h"
#include "mana/engine/executor.h"
#include "mana/engine/finite_vectors.h"
#include "mana/engine/tokenization.h"
#include "mana/formats/other_weights.h"
#include "mana/formats/sentence_tokenizer.h"
#include "mana/hub/hugging_face_cache.h"
#include "mana/kernels/required_precision.h"
#include "mana/models/sentence/packed_model.h"
#include "mana/models/sentence/sentence_model.h"

namespace mana::engine {
namespace {

/// A batch whose activations stay near the core while the weights stream by.
constexpr std::size_t kTokenBudget = 512;
/// A window of texts is sorted by length; it is what a stream holds in memory.
constexpr std::size_t kWindowTexts = 1024;
constexpr std::size_t kWindowBytes = std::size_t{16} << 20;

/// A folder with other weights than can be read is told so before anything else that it may lack.
formats::SentenceFolder read_folder(const std::filesystem::path& path) {
  formats::SentenceFolder folder = formats::read_sentence_folder(hub::model_folder(path));
  if (!folder.adapter && !models::is_packed_alone(folder)) formats::refuse_other_weights(folder.transformer);
  return folder;
}

std::vector<formats::SentenceModule> effective_modules(const formats::SentenceFolder& folder,
                                                       const EncoderOptions& options) {
  std::vector<formats::SentenceModule> modules = folder.modules;
  if (options.pooling && !folder.contextual) {
    throw ArgumentError(fmt::format("{} is a static embedding, which has no pooling to replace: its vectors are means",
                                    folder.folder.string()));
  }
  for (formats::SentenceModule& module : modules) {
    auto* pooling = std::get_if<formats::PoolingModule>(&module);
    if (pooling == nullptr) continue;
    if (!options.pooling) continue;
    if (options.pooling->empty()) throw ArgumentError("the pooling must name at least one mode");
    pooling->modes = *options.pooling;
  }
  // What the caller says of normalising replaces the last word of the folder, not a step between others.
  if (options.normalize && !modules.empty() && std::holds_alternative<formats::NormalizeModule>(modules.back())) {
    modules.pop_back();
  }
  return modules;
}

std::string chosen_prompt(const formats::SentenceFolder& folder, const EncoderOptions& options) {
  if (options.prompt_text) {
    if (options.prompt) throw ArgumentError("a prompt is given by its name or as text, not both");
    return *options.prompt_text;
  }
  const std::optional<std::string> name = options.prompt ? options.prompt : folder.default_prompt_name;
  if (!name) return {};
  const auto prompt = folder.prompts.find(*name);
  if (prompt != folder.prompts.end()) return prompt->second;
  std::string known;
  for (const auto& [each, text] : folder.prompts) known += (known.empty() ? "" : ", ") + each;
  throw ArgumentError(fmt::format("{} has no prompt named '{}'; it has {}", folder.folder.string(), *name,
                                  known.empty() ? "none" : known));
}

kernels::Precision chosen_precision(kernels::Isa isa, const EncoderOptions& options,
                                    const std::optional<models::PackedModel>& packed) {
  if (!options.precision) {
    const auto meant = packed ? packed->precision() : std::nullopt;
    return meant && kernels::available(*meant, isa) ? *meant : kernels::automatic_precision(isa);
  }
  kernels::require_available(*options.precision, isa);
  return *options.precision;
}

bool takes_special_tokens(const formats::SentenceFolder& folder) { return folder.contextual; }

std::optional<std::size_t> chosen_max_tokens(const formats::SentenceFolder& folder, const text::Tokenizer& tokenizer,
                                             std::optional<std::size_t> positions, const EncoderOptions& options) {
  const std::size_t special = takes_special_tokens(folder) ? tokenizer.special_token_count() : 0;
  if (options.max_tokens) {
    if ((positions && *options.max_tokens > *positions) || *options.max_tokens <= special) {
      throw ArgumentError(fmt::format(
          "`max_tokens` is {}; the model takes {}", *options.max_tokens,
          positions ? fmt::format("{} to {}", special + 1, *positions) : fmt::format("{} or more", special + 1)));
    }
    return options.max_tokens;
  }
  if (!positions) return folder.max_seq_length;
  // sentence_bert_config.json counts more than the tokenizer's settings, which then may say what they will.
  std::optional<std::size_t> wanted = folder.max_seq_length;
  if (!wanted) wanted = tokenizer.model_max_length();
  const std::size_t most = std::min(wanted.value_or(*positions), *positions);
  if (most <= special) {
    throw FormatError(fmt::format(
        "{}: texts of at most {} tokens are read, and the special tokens around each are {}, so nothing of a text "
        "would "
        "be; {}",
        folder.transformer.string(), most, special,
        *positions <= special ? "the tokenizer is not the model's" : "raise max_seq_length or model_max_length"));
  }
  return most;
}

}  // namespace

struct Encoder::State {
  explicit State(const std::filesystem::path& path, const EncoderOptions& chosen)
      : options(chosen),
        folder(read_folder(path)),
        isa(kernels::choose_isa(options.isa)),
        packed(options.use_packed ? models::PackedModel::open(folder) : std::nullopt),
        kernels(kernels::table(isa, chosen_precision(isa, options, packed))),
        packed_note(packed ? packed->obstacle(kernels) : ""),
        model(std::make_shared<const models::SentenceModel>(
            from_packed() ? packed->load(folder, effective_modules(folder, options), kernels)
                          : models::load_sentence_model(folder, effective_modules(folder, options), kernels))),
        tokenizer(from_packed() ? packed->tokenizer() : formats::load_tokenizer(folder, model->vocabulary())),
        rules(token_rules()),
        prompt_tokens(prompt_token_count(rules)),
        executor(kernels, thread_count(options.threads), options.profile.get()),
        tokenization(rules, executor.threads()) {
    settle();
  }

  State(std::shared_ptr<const models::SentenceModel> shared, const kernels::Table& table,
        formats::SentenceFolder described, const EncoderOptions& chosen)
      : options(chosen),
        folder(std::move(described)),
        isa(table.isa),
        kernels(table),
        model(std::move(shared)),
        tokenizer(formats::load_tokenizer(folder, model->vocabulary())),
        rules(token_rules()),
        prompt_tokens(prompt_token_count(rules)),
        executor(kernels, thread_count(options.threads), options.profile.get()),
        tokenization(rules, executor.threads()) {
    if (options.isa || options.precision || options.pooling || options.normalize) {
      throw ArgumentError("a model in memory is served as it is: leave isa, precision, pooling and normalize alone");
    }
    settle();
  }

  TokenRules token_rules() const {
    return {tokenizer, chosen_prompt(folder, options), takes_special_tokens(folder),
            chosen_max_tokens(folder, tokenizer, model->positions(), options), options.overflow};
  }

  /// What vectors come out, once all else is there.
  void settle() {
    tokenizer.require_vectors(model->vocabulary(), model->types(), "the model");
    const bool reads_nothing_else = rules.max_tokens && takes_special_tokens(folder) && !rules.prompt.empty() &&
                                    prompt_tokens + 1 >= *rules.max_tokens;
    if (reads_nothing_else && rules.overflow != Overflow::mean) {
      const std::string what = fmt::format(
          "the prompt alone takes the {} tokens that the model reads, so nothing of a text reaches its vector",
          *rules.max_tokens);
      if (options.prompt || options.prompt_text)
        throw ArgumentError(fmt::format("{}; choose a shorter prompt or allow more tokens", what));
      notes.push_back(fmt::format("{}: {}", folder.folder.string(), what));
    }
    const std::vector<std::string>& of_tokenizer = tokenizer.notes();
    notes.insert(notes.end(), of_tokenizer.begin(), of_tokenizer.end());
    dimensions = model->dimensions;
    if (const auto cut = options.truncate_dim ? options.truncate_dim : folder.truncate_dim) {
      if (*cut == 0 || *cut > model->dimensions) {
        throw ArgumentError(
            fmt::format("`truncate_dim` is {}; the model's vectors have {} dimensions", *cut, model->dimensions));
      }
      dimensions = *cut;
    }
    // A mean of unit vectors is shorter than one, and so is a unit vector that is cut; the latter stays so unless
    // normalising is asked for, as in sentence-transformers.
    const bool unit = !model->heads.empty() && std::holds_alternative<models::NormalizeRows>(model->heads.back());
    normalize_at_the_end = options.normalize.value_or(unit && options.overflow == Overflow::mean);
  }

  bool takes_types() const { return rules.special_tokens && tokenizer.has_types(); }

  bool from_packed() const { return packed && packed_note.empty(); }

  /// The vectors of one batch, each handed to `put(piece, vector)`.
  template <class Put>
  void encode(const nn::Run& run, std::span<const Piece> pieces, const Put& put) const {
    std::vector<std::int32_t> ids;
    std::vector<std::uint32_t> offsets = {0};
    for (const Piece& piece : pieces) {
      ids.insert(ids.end(), piece.ids.begin(), piece.ids.end());
      offsets.push_back(static_cast<std::uint32_t>(ids.size()));
    }
    std::vector<std::int32_t> types;
    if (takes_types()) {
      for (const Piece& piece : pieces) tokenizer.append_types(piece.ids.size(), types);
    }
    const Tensor vectors = (*model)(run, {.ids = ids, .type_ids = types, .offsets = offsets}, prompt_tokens);
    for (std::size_t i = 0; i < pieces.size(); ++i) put(pieces[i], vectors.row(i));
  }

  TokenizedTexts tokenize(const Executor::Turn& turn, std::span<const std::string> texts, std::size_t first,
                          const std::stop_token& stop) const {
    const kernels::Profile::Timer timer(options.profile.get(), executor.threads(), "tokenizing");
    return tokenization(turn.team(), texts, first, stop);
  }
  /// Embeds one window of texts; `first` is the number of its first text in the whole input.
  Embeddings embed(std::span<const std::string> texts, std::size_t first, const std::stop_token& stop,
                   const TextsDone& done = {}) const;
  /// Throws for the first row that is not finite.
  void require_finite(std::span<const std::string> texts, std::size_t first, const Embeddings& rows) const;

  EncoderOptions options;
  formats::SentenceFolder folder;
  kernels::Isa isa;
  std::optional<models::PackedModel> packed;
  const kernels::Table& kernels;
  std::string packed_note;
  std::shared_ptr<const models::SentenceModel> model;
  text::Tokenizer tokenizer;
  TokenRules rules;
  std::size_t prompt_tokens;
  std::size_t dimensions = 0;
  std::vector<std::string> notes;
  bool normalize_at_the_end = false;

  // The two doors, for those whose turn it is.
  mutable Executor executor;
  mutable Tokenization tokenization;
};

Embeddings Encoder::State::embed(std::span<const std::string> texts, std::size_t first, const std::stop_token& stop,
                                 const TextsDone& done) const {
  const Executor::Turn turn(executor, stop);
  TokenizedTexts tokens = tokenize(turn, texts, first, stop);
  const std::vector<Batch> batches = plan_batches(tokens.pieces, kTokenBudget);

  Embeddings result{dimensions, std::vector<float>(texts.size() * dimensions), std::move(tokens.texts)};
  const auto row = [&](std::size_t text) { return std::span(result.values).subspan(text * dimensions, dimensions); };
  const bool in_pieces = rules.overflow == Overflow::mean && rules.max_tokens.has_value();
  ChunkMean chunks(in_pieces ? texts.size() : 0);
  std::atomic<std::size_t> encoded = 0;  // pieces; of texts in pieces as many count as done as is their share
  const auto texts_of = [&](std::size_t pieces) { return pieces * texts.size() / tokens.pieces.size(); };
  std::atomic<bool> broken = false;  // by what text is found out when all threads are done, so that it is the first one
  turn.run(batches, [&](const nn::Run& run, const Batch& batch) {
    if (stop.stop_requested()) throw Cancelled("the embedding was cancelled");
    encode(run, std::span(tokens.pieces).subspan(batch.begin, batch.end - batch.begin),
           [&](const Piece& piece, std::span<const float> vector) {
             if (!all_finite(vector.first(dimensions))) broken = true;
             if (in_pieces) return chunks.add(piece, vector);
             std::copy_n(vector.begin(), dimensions, row(piece.text).begin());
           });
    if (!done) return;
    const std::size_t before = encoded.fetch_add(batch.end - batch.begin);
    done(texts_of(before + batch.end - batch.begin) - texts_of(before));
  });

  for (std::size_t text = 0; text < texts.size(); ++text) {
    if (in_pieces) chunks.mean(text, row(text));
    if (normalize_at_the_end) nn::normalize(row(text));
    if (in_pieces && !all_finite(row(text))) broken = true;  // a sum of what is finite need not be
  }
  if (broken) require_finite(texts, first, result);
  return result;
}

void Encoder::State::require_finite(std::span<const std::string> texts, std::size_t first,
                                    const Embeddings& rows) const {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (all_finite(rows[i])) continue;
    refuse({first + i, texts[i], rows[i], folder.folder.string(), name_of(kernels.precision)});
  }
}

Encoder::Encoder(const std::filesystem::path& folder, const EncoderOptions& options)
    : state_(std::make_unique<const State>(folder, options)) {}
Encoder::Encoder(std::shared_ptr<const models::SentenceModel> model, const kernels::Table& kernels,
                 formats::SentenceFolder folder, const EncoderOptions& options)
    : state_(std::make_unique<const State>(std::move(model), kernels, std::move(folder), options)) {}
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;
Encoder::~Encoder() = default;

Embeddings Encoder::embed(std::span<const std::string> texts, std::stop_token stop) const {
  Embeddings all{state_->dimensions, {}, {}};
  all.values.reserve(texts.size() * state_->dimensions);
  for (std::size_t first = 0; first < texts.size(); first += kWindowTexts) {
    const auto window = texts.subspan(first, std::min(kWindowTexts, texts.size() - first));
    const Embeddings part = state_->embed(window, first, stop);
    all.values.insert(all.values.end(), part.values.begin(), part.values.end());
    all.texts.insert(all.texts.end(), part.texts.begin(), part.texts.end());
  }
  return all;
}

std::vector<float> Encoder::embed(std::string_view text) const {
  const std::string texts[] = {std::string(text)};
  return state_->embed(texts, 0, {}).values;
}

void Encoder::stream(const data::TextSource& source, const EmbeddingSink& sink, const data::Waiting& waiting,
                     const TextsDone& done) const {
  std::size_t first = 0;
  data::for_each_window(source, waiting, {kWindowTexts, kWindowBytes}, [&](std::vector<std::string>& window) {
    sink(first, window, state_->embed(window, first, waiting.stop(), done));
    first += window.size();
  });
}

std::size_t Encoder::dimensions() const { return state_->dimensions; }
std::optional<std::size_t> Encoder::max_tokens() const { return state_->rules.max_tokens; }
const std::string& Encoder::prompt() const { return state_->rules.prompt; }
std::size_t Encoder::prompt_tokens() const { return state_->prompt_tokens; }
kernels::Isa Encoder::isa() const { return state_->isa; }
kernels::Precision Encoder::precision() const { return state_->kernels.precision; }
unsigned Encoder::threads() const { return state_->executor.threads(); }
const formats::SentenceFolder& Encoder::folder() const { return state_->folder; }
std::optional<std::filesystem::path> Encoder::packed_model() const {
  return state_->from_packed() ? std::optional(state_->packed->file().path()) : std::nullopt;
}
const std::string& Encoder::packed_model_note() const { return state_->packed_note; }
std::vector<std::string> Encoder::notes() const {
  std::vector<std::string> notes = state_->folder.notes;
  if (!state_->packed_note.empty()) notes.push_back(state_->packed_note);
  notes.insert(notes.end(), state_->notes.begin(), state_->notes.end());
  return notes;
}
void Encoder::append_types(std::size_t tokens, std::vector<text::TokenId>& types) const {
  if (state_->takes_types()) state_->tokenizer.append_types(tokens, types);
}
TokenizedTexts Encoder::tokenize(std::span<const std::string> texts, std::stop_token stop) const {
  const Executor::Turn turn(state_->executor, stop);
  return state_->tokenize(turn, texts, 0, stop);
}
TextInfo Encoder::tokens(const std::string& text, std::vector<text::TokenId>& ids) const {
  const TokenizedTexts tokenized = tokenize({&text, 1});
  ids.assign(tokenized.pieces.at(0).ids.begin(), tokenized.pieces.at(0).ids.end());
  return tokenized.texts[0];
}

const text::Tokenizer& Encoder::tokenizer() const { return state_->tokenizer; }

}  // namespace mana::engine
