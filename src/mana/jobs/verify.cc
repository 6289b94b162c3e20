#include "mana/jobs/verify.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/classify/classifier.h"
#include "mana/data/line_reader.h"
#include "mana/engine/encoder.h"
#include "mana/formats/classifier_head.h"
#include "mana/formats/ctranslate2.h"
#include "mana/formats/other_weights.h"
#include "mana/formats/sentence_folder.h"
#include "mana/jobs/folder_check.h"
#include "mana/jobs/parameters.h"
#include "mana/models/sentence/adapter.h"
#include "mana/models/sentence/encoder_tensors.h"
#include "mana/models/sentence/packed_model.h"
#include "mana/models/transformer/config.h"

namespace mana::jobs {
namespace {

/// The file that a tokenizer comes from where there is no tokenizer.json.
std::string vocabulary_of(const std::filesystem::path& folder) {
  if (file_exists(folder / "vocab.txt")) return "vocab.txt";
  if (file_exists(folder / "merges.txt")) return "vocab.json and merges.txt";
  return "a file of SentencePiece";
}

class ModelCheck {
 public:
  explicit ModelCheck(const std::filesystem::path& folder) : check_(folder), folder_(folder) {}

  ModelReport run() {
    check_.read_files();
    std::optional<formats::SentenceFolder> sentence;
    check_.step("configuration", [&] {
      sentence = formats::read_sentence_folder(folder_);
      return fmt::format("configuration: {} modules after the encoder", sentence->modules.size());
    });
    if (sentence) check_parts(*sentence);
    return check_.take_report();
  }

 private:
  void check_parts(const formats::SentenceFolder& sentence) {
    std::optional<std::size_t> positions;
    const bool alone = models::is_packed_alone(sentence);
    const auto check_tensors = [&] {
      const bool transformer = sentence.contextual;
      if (transformer) positions = models::encoder_facts(sentence).positions;
      const formats::StoredWeights stored_weights = models::open_encoder(sentence);
      const ParameterCounts counts = count_parameters(sentence, stored_weights);
      require_all_layers(counts);
      for (const ParameterCount& unused : counts.unused) {
        check_.add_difference(
            fmt::format("tensor {} ({} parameters) has no influence on the vectors", unused.part, unused.parameters));
      }
      return fmt::format("tensors: {}, {} parameters",
                         transformer ? "every name and shape is as config.json asks" : "a vector for each token",
                         counts.used_parameters);
    };
    if (!alone) check_.step("tensors", check_tensors);
    std::optional<engine::Encoder> encoder;
    check_.step("model", [&] {
      encoder.emplace(folder_, engine::EncoderOptions{.use_packed = alone});
      return fmt::format(
          "model: loads, vectors of {} dimensions from {}", encoder->dimensions(),
          encoder->max_tokens() ? fmt::format("at most {} tokens", *encoder->max_tokens()) : "texts of any length");
    });
    if (encoder && alone) {
      check_.note_packed_alone();
    } else if (encoder && file_exists(folder_ / models::kPackedModelFile)) {
      check_.step("packed model", [&] { return check_packed_model(*encoder); });
    }
    for (const std::string& note : encoder ? encoder->notes() : std::vector<std::string>()) check_.add_difference(note);
    if (encoder && formats::has_classifier(folder_)) {
      check_.step("classifier", [&] { return check_classifier(); });
    }
    note_differences(sentence, positions);
    if (encoder && file_exists(folder_ / kGoldenFile)) {
      check_.step("golden sentences", [&] { return judge_golden_sentences(*encoder); });
    }
  }

  /// That the head fits the vectors that are made for it.
  std::string check_classifier() const {
    const classify::Classifier classifier(folder_, {});
    classifier.classify("a text for the classifier");
    return fmt::format("classifier: {} classes upon vectors of {} dimensions", classifier.classes().size(),
                       classifier.encoder().dimensions());
  }

  void note_differences(const formats::SentenceFolder& sentence, std::optional<std::size_t> positions) {
    if (positions && sentence.max_seq_length && *sentence.max_seq_length > *positions) {
      check_.add_difference(
          fmt::format("max_seq_length is {}, but the model has {} positions: longer texts are cut here, an error in "
                      "sentence-transformers",
                      *sentence.max_seq_length, *positions));
    }
    if (!models::is_packed_alone(sentence) && !file_exists(sentence.transformer / "tokenizer.json")) {
      check_.add_difference(
          fmt::format("there is no tokenizer.json: the tokens come from {}", vocabulary_of(sentence.transformer)));
    }
  }

  /// That it belongs to the ordinary files, byte for byte, and gives the same vector as they do.
  std::string check_packed_model(const engine::Encoder& ordinary) {
    const auto packed = models::PackedModel::open(ordinary.folder());
    packed->require_origin(ordinary.folder());
    const engine::Encoder encoder(folder_);
    if (!encoder.packed_model()) {
      check_.add_difference(encoder.packed_model_note());
      return fmt::format("{}: belongs to the model's other files", models::kPackedModelFile);
    }
    constexpr std::string_view kText = "a text for the packed model and the ordinary files";
    const engine::Encoder same(folder_, {.precision = encoder.precision(), .use_packed = false});
    if (encoder.embed(kText) != same.embed(kText)) {
      throw FormatError(fmt::format("{} gives other vectors than the model's other files; write it again",
                                    packed->file().path().string()));
    }
    return fmt::format("{}: belongs to the model's other files and gives the same vectors ({} at {})",
                       models::kPackedModelFile, name_of(encoder.precision()), name_of(encoder.isa()));
  }

  /// Right in the precision that is used here, which the sentences may have been embedded in, or else in f32.
  std::string judge_golden_sentences(const engine::Encoder& encoder) {
    if (encoder.precision() != kernels::Precision::f32 && !encoder.packed_model()) {
      try {
        return embed_golden_sentences(encoder);
      } catch (const FormatError&) {
        return embed_golden_sentences(
            engine::Encoder(folder_, {.precision = kernels::Precision::f32, .use_packed = false}));
      }
    }
    return embed_golden_sentences(encoder);
  }

  std::string embed_golden_sentences(const engine::Encoder& encoder) {
    const std::filesystem::path path = folder_ / kGoldenFile;
    data::LineReader lines(path);
    std::string line;
    float largest = 0;
    while (lines.next(line)) {
      const json::Document document = json::Document::parse(line, lines.place());
      const std::string text(document.root().at("text").string());
      const std::vector<json::Value> golden = document.root().at("embedding").array();
      const std::vector<float> vector = encoder.embed(text);
      if (golden.size() != vector.size()) {
        throw FormatError(fmt::format("{}: embedding has {} numbers, the model's vectors have {}", lines.place(),
                                      golden.size(), vector.size()));
      }
      for (std::size_t i = 0; i < vector.size(); ++i) {
        const float difference = std::abs(vector[i] - static_cast<float>(golden[i].number()));
        largest = std::max(largest, difference);
        if (!(difference <= kGoldenTolerance)) {  // NaN is no agreement either
          throw FormatError(
              fmt::format("{}: number {} of the vector is {}, not {}: it differs by {:.2g}, more than {:.0e}",
                          lines.place(), i, vector[i], golden[i].number(), difference, kGoldenTolerance));
        }
      }
    }
    return fmt::format("{}: {} sentences, largest difference {:.2g}", kGoldenFile, lines.number(), largest);
  }

  FolderCheck check_;
  std::filesystem::path folder_;
};

/// A config.json that cannot be read is a mistake for the checks to report.
bool holds_translator(const std::filesystem::path& folder) {
  try {
    return models::is_translator(folder);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

ModelReport verify(const std::filesystem::path& folder) {
  if (formats::holds_ctranslate2(folder)) formats::refuse_other_weights(folder);
  return holds_translator(folder) ? verify_translator(folder) : ModelCheck(folder).run();
}

}  // namespace mana::jobs
