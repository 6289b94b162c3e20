#include "mana/jobs/train_classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "mana/base/atomic_folder.h"
#include "mana/base/file.h"
#include "mana/base/output_lock.h"
#include "mana/base/team.h"
#include "mana/classify/classifier.h"
#include "mana/eval/embed_texts.h"
#include "mana/jobs/classifier_card.h"
#include "mana/jobs/model_output.h"
#include "mana/jobs/option_error.h"
#include "mana/jobs/tuned_classifier.h"
#include "mana/models/sentence/model_folder.h"
#include "mana/models/sentence/packed_model.h"

namespace mana::jobs {
namespace {

/// Scores given where classes should be would make a class of each of them.
void require_names(const std::vector<std::string>& classes, const TrainClassifierOptions& options) {
  for (const std::string& name : classes) {
    double number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || end != name.data() + name.size() || number == std::trunc(number)) continue;
    throw ArgumentError(
        fmt::format("{}: {} holds the number {}, which is a score and no class; classes are names or whole numbers",
                    options.data, options.columns.label, name));
  }
}

/// Throws ArgumentError for texts that no classifier can be learnt from.
ClassFacts facts_of(const TrainClassifierOptions& options, const data::LabelledTexts& train,
                    const classify::ClassNumbers& classes) {
  if (classes.size() < 2) {
    throw ArgumentError(fmt::format("{}: all {} texts have the class {}; at least two classes are needed", options.data,
                                    train.size(), classes.names().front()));
  }
  require_names(classes.names(), options);
  std::map<std::string, std::size_t> texts;
  for (const std::string& label : train.labels) ++texts[label];
  ClassFacts facts{train.size(), classes.size(), 0, {}};
  for (const auto& [name, count] : texts) {
    if (count == 1 && facts.single++ == 0) facts.one_of_them = name;
  }
  if (facts.single > 0 && options.fine_tune) {
    throw ArgumentError(fmt::format("{}: the class {} has a single text; `fine_tune` needs two at least of each",
                                    options.data, facts.one_of_them));
  }
  return facts;
}

formats::ClassifierVectors vectors_of(const engine::EncoderOptions& chosen) {
  return {chosen.prompt,
          chosen.prompt_text,
          chosen.pooling,
          chosen.normalize,
          chosen.truncate_dim,
          chosen.max_tokens,
          chosen.overflow == engine::Overflow::mean};
}

class ClassifierTraining {
 public:
  ClassifierTraining(const TrainClassifierOptions& options, const TrainClassifierEvents& events,
                     const std::stop_token& stop)
      : options_(options), events_(events), stop_(stop) {}

  TrainClassifierResult run() {
    require_safe_output(options_.output, options_.model, "trained", options_.force);
    const OutputLock lock(options_.output);
    AtomicFolder output = model_folder_output(options_.output, options_.force);
    const data::LabelledTexts train = data::read_labelled_texts(options_.data, options_.columns);
    std::optional<data::LabelledTexts> test;
    if (options_.test) test = data::read_labelled_texts(*options_.test, options_.columns);
    events_.read(train.notes);
    if (test) events_.read(test->notes);
    const classify::ClassNumbers classes(train.labels);
    events_.counted(facts_of(options_, train, classes));

    result_.texts = train.size();
    result_.classes = classes.size();
    const std::filesystem::path folder = options_.fine_tune ? output.temporary() : options_.model;
    if (options_.fine_tune) {
      tuned_ = tune_encoder(options_, folder, train.texts, classes.of(train.labels), events_, stop_);
      result_.pairs = tuned_.pairs;
    }
    const engine::Encoder encoder(folder, options_.encoder);
    if (!options_.fine_tune) events_.loaded(encoder);  // else it was told of the model that was tuned
    const formats::ClassifierHead head = fit(encoder, train, classes);
    if (test) result_.test = score_classifier(encoder, head, *test, events_.stage, stop_);
    save(encoder, head, output);
    return result_;
  }

 private:
  engine::Embeddings embed(const engine::Encoder& encoder, const std::vector<std::string>& texts) const {
    return eval::embed_texts(
        encoder, texts,
        [&](std::size_t done) {
          events_.stage({"embedding", "texts", done, texts.size()});
        },
        stop_);
  }

  formats::ClassifierHead fit(const engine::Encoder& encoder, const data::LabelledTexts& train,
                              const classify::ClassNumbers& classes) {
    const engine::Embeddings rows = embed(encoder, train.texts);
    const std::vector<std::uint32_t> numbers = classes.of(train.labels);
    Team team(encoder.threads());
    const auto regression =
        classify::LogisticRegression::fit({rows.values, rows.dimensions, numbers}, classes.size(), team,
                                          {.c = options_.c,
                                           .progress =
                                               [&](std::size_t iteration) {
                                                 events_.stage({"fitting", "iterations", iteration});
                                               }},
                                          stop_);
    if (!regression.converged()) events_.not_converged(regression.iterations());
    result_.truncated = eval::truncated_texts(rows);
    return classify::head_of(regression, classes.names(), vectors_of(options_.encoder));
  }

  void save(const engine::Encoder& encoder, const formats::ClassifierHead& head, AtomicFolder& output) const {
    if (!options_.fine_tune) models::copy_model(options_.model, output.temporary());
    if (const auto packed = encoder.packed_model()) {
      const MappedFile source(*packed);
      AtomicFile copy(output.temporary() / models::kPackedModelFile);
      copy.write(source.bytes());
      copy.commit();
    }
    formats::write_classifier_head(output.temporary(), head);
    AtomicFile card(output.temporary() / "README.md");
    card.write(classifier_card(options_, result_, head.config, tuned_));
    card.commit();
    if (stop_.stop_requested()) throw Cancelled("the training was cancelled");
    output.commit();
  }

  const TrainClassifierOptions& options_;
  const TrainClassifierEvents& events_;
  const std::stop_token& stop_;
  TrainClassifierResult result_;
  TunedEncoder tuned_;
};

void require(bool right, const char* field, const char* wanted) {
  if (!right) throw OptionError(fmt::format("`{}` takes {}, not '0'", field, wanted));
}

}  // namespace

void check(const TrainClassifierOptions& options) {
  require(options.c > 0, "c", "a number above 0");
  if (!options.fine_tune) return;
  require(options.fine_tune->rate > 0, "learning_rate", "a number above 0");
  require(options.fine_tune->rounds > 0, "pairs", "a whole number above 0");
  require(options.fine_tune->epochs > 0, "epochs", "a whole number above 0");
  require(options.fine_tune->batch > 0, "batch", "a whole number above 0");
  if (options.encoder.pooling || options.encoder.normalize) {
    throw OptionError(
        "`fine_tune` trains the vectors that the model's folder describes; leave out `pooling`, `normalize` and "
        "`no_normalize`");
  }
}

TrainClassifierResult train_classifier(const TrainClassifierOptions& options, const TrainClassifierEvents& events,
                                       const std::stop_token& stop) {
  check(options);
  return ClassifierTraining(options, events, stop).run();
}

}  // namespace mana::jobs
