#include "mana/jobs/explain/attention.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/processors.h"
#include "mana/jobs/explain/one_text.h"
#include "mana/jobs/option_error.h"
#include "mana/models/sentence/sentence_model.h"
#include "mana/nn/recording.h"

namespace mana::jobs {
namespace {

using generate::Translator;
using operations::AttentionWeights;

std::variant<OpenEncoder, Translator> open_model(const AttentionOptions& options) {
  using Model = std::variant<OpenEncoder, Translator>;
  if (models::is_translator(options.model)) {
    return Model(std::in_place_type<Translator>, options.model,
                 generate::TranslatorOptions{
                     .threads = options.threads, .isa = options.isa, .precision = kernels::Precision::f32});
  }
  Model model(std::in_place_type<OpenEncoder>, options.model, options.threads, options.isa);
  if (!std::get<OpenEncoder>(model).encoder.folder().contextual) {
    throw ArgumentError(fmt::format("{} is a static embedding, in which no token looks at another: it has no attention",
                                    options.model.string()));
  }
  return model;
}

/// What a decoder reads: the token that begins every target, and those of the target without the one that ends it.
ExplainedText target_of(Translator& translator, std::string_view text, std::optional<std::string_view> wanted,
                        std::string& written) {
  const text::Tokenizer& tokenizer = translator.target_tokenizer();
  const models::TransformerConfig& config = translator.config();
  ExplainedText target;
  if (wanted) {
    written = *wanted;
    if (!wanted->empty()) target = explained_text(tokenizer, *wanted, config.positions - 1, false);
  } else {
    const std::string texts[] = {std::string(text)};
    const auto found = translator.translate(texts, translator.defaults());
    const generate::TranslatedText& best = found.front().best.front();
    written = best.text;
    target.ids = best.found.tokens;
    target.ids.resize(std::min(target.ids.size(), config.positions - 1));  // what follows the last is not looked for
    target.tokens = explained_tokens(tokenizer, target.ids);
  }
  const std::string start(tokenizer.find_token(config.start).value_or("?"));
  target.ids.insert(target.ids.begin(), config.start);
  target.tokens.insert(target.tokens.begin(), ExplainedToken{.id = config.start, .token = start, .text = start});
  return target;
}

}  // namespace

void AttentionOptions::check() const {
  if (top == 0) throw OptionError("`top` is 0: how many of the largest weights are to be summed up?");
}

AttentionExplainer::AttentionExplainer(const AttentionOptions& options)
    : top_((options.check(), options.top)),
      team_(std::make_unique<Team>(thread_count(options.threads))),
      model_(open_model(options)) {}

ExplainedAttention AttentionExplainer::operator()(std::string_view text, std::optional<std::string_view> target) {
  if (auto* const translator = std::get_if<Translator>(&model_)) return look(*translator, text, target);
  if (target) throw ArgumentError("the model translates nothing, so there is no target that could be read");
  return look(std::get<OpenEncoder>(model_), text);
}

AttentionStack::Layer AttentionExplainer::layer_of(std::vector<AttentionWeights>& of_texts) {
  const explain::LayerNumbers numbers = explain::attention_numbers(of_texts.at(0), top_, *team_);
  return {std::move(of_texts.at(0)), numbers};
}

ExplainedAttention AttentionExplainer::look(const OpenEncoder& open, std::string_view text) {
  const ExplainedText read = open.read(text, open.model->positions());
  const OneText one(read);
  Pool pool;
  nn::AttentionRecord record;
  (*open.model)(nn::Recording({open.kernels, pool, team_.get()}, record), one.batch());
  AttentionStack stack{"encoder", read.tokens, read.tokens, {}};
  for (auto& attention : record) stack.layers.push_back(layer_of(attention));
  return {std::string(text), {}, top_, {std::move(stack)}};
}

ExplainedAttention AttentionExplainer::look(Translator& translator, std::string_view text,
                                            std::optional<std::string_view> wanted) {
  const ExplainedText source = explained_text(translator.source_tokenizer(), text, translator.max_source_tokens());
  std::string written;
  const ExplainedText target = target_of(translator, text, wanted, written);
  const OneText from(source), to(target);
  Pool pool;
  nn::AttentionRecord encoded, decoded;
  const nn::Run run{kernels::table(translator.isa(), translator.precision()), pool, team_.get()};
  const models::Transformer& model = translator.model();
  const Tensor memory = model.encode(nn::Recording(run, encoded), from.batch());
  model.decode(nn::Recording(run, decoded), to.batch(), memory, from.batch().sequences());

  AttentionStack encoder{"encoder", source.tokens, source.tokens, {}};
  AttentionStack decoder{"decoder", target.tokens, target.tokens, {}}, cross{"cross", target.tokens, source.tokens, {}};
  for (auto& attention : encoded) encoder.layers.push_back(layer_of(attention));
  for (std::size_t i = 0; i < decoded.size(); i += 2) {  // of each layer its own tokens, then the source
    decoder.layers.push_back(layer_of(decoded[i]));
    cross.layers.push_back(layer_of(decoded[i + 1]));
  }
  return {std::string(text), written, top_, {std::move(encoder), std::move(decoder), std::move(cross)}};
}

}  // namespace mana::jobs
