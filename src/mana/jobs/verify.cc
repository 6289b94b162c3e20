#include "mana/jobs/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <optional>
#include <set>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/data/line_reader.h"
#include "mana/engine/encoder.h"
#include "mana/formats/packed_file.h"
#include "mana/formats/safetensors.h"
#include "mana/formats/sentence_folder.h"
#include "mana/jobs/parameters.h"
#include "mana/models/sentence/adapter.h"
#include "mana/models/sentence/encoder_tensors.h"
#include "mana/models/sentence/packed_model.h"

namespace mana::jobs {
namespace {

void require_finite(const std::filesystem::path& path, const std::string& name, const formats::StoredTensor& tensor) {
  if (!is_parameter(tensor)) return;
  std::vector<float> values(formats::element_count(tensor.shape));
  formats::to_f32(tensor, values);
  const auto broken = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
  if (broken == values.end()) return;
  throw FormatError(
      fmt::format("{}: tensor {} holds {} at place {}", path.string(), name, *broken, broken - values.begin()));
}

/// The file that a tokenizer comes from where there is no tokenizer.json.
std::string vocabulary_of(const std::filesystem::path& folder) {
  if (file_exists(folder / "vocab.txt")) return "vocab.txt";
  if (file_exists(folder / "merges.txt")) return "vocab.json and merges.txt";
  return "a file of SentencePiece";
}

class ModelCheck {
 public:
  explicit ModelCheck(std::filesystem::path folder) : folder_(std::move(folder)) {}

  ModelReport run() {
    step("files", [this] { return read_files(); });
    std::optional<formats::SentenceFolder> sentence;
    step("configuration", [&] {
      sentence = formats::read_sentence_folder(folder_);
      return fmt::format("configuration: {} modules after the encoder", sentence->modules.size());
    });
    if (sentence) check_parts(*sentence);
    return std::move(report_);
  }

 private:
  /// One check, which says what is right, or throws what is wrong.
  bool step(std::string_view name, const std::function<std::string()>& check) {
    try {
      report_.checked.push_back(check());
      return true;
    } catch (const Error& error) {
      add_mistake(error.what());
    } catch (const std::filesystem::filesystem_error& error) {
      add_mistake(fmt::format("{}: {}", name, error.what()));
    }
    return false;
  }

  /// Several checks may come upon the same one.
  void add_mistake(const std::string& mistake) {
    if (std::ranges::find(report_.wrong, mistake) == report_.wrong.end()) report_.wrong.push_back(mistake);
  }

  std::string read_files() {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      std::error_code broken;
      if (entry.is_regular_file(broken)) {
        paths.push_back(entry.path());
      } else if (!entry.exists(broken)) {
        report_.differences.push_back(
            fmt::format("{} is a link to nothing", entry.path().lexically_relative(folder_).string()));
      }
    }
    std::ranges::sort(paths);
    for (const std::filesystem::path& path : paths) {
      step(path.string(), [&] { return read_one(path); });
    }
    return fmt::format("files: {} read", paths.size());
  }

  std::string read_one(const std::filesystem::path& path) {
    const std::string name = path.lexically_relative(folder_).string();
    if (formats::is_weight_file(path)) {
      const formats::WeightFile weights = formats::WeightFile::open(path);
      std::set<std::string_view> half;
      for (const auto& [tensor_name, tensor] : weights.tensors()) {
        require_finite(path, tensor_name, tensor);
        if (is_parameter(tensor) && tensor.dtype != DType::f32) half.insert(mana::name_of(tensor.dtype));
      }
      for (const std::string_view dtype : half) {
        report_.differences.push_back(fmt::format(
            "{} is stored as {}: a sentence-transformers that keeps the stored type also computes in it", name, dtype));
      }
      return fmt::format("{}: {} tensors, all finite", name, weights.tensors().size());
    }
    if (path.extension() == ".json") {
      const json::Document document = json::Document::read(path);
      for (const std::string& place : json::doubled_keys(document.root())) {
        report_.differences.push_back(fmt::format("{} stands there twice; the last one counts", place));
      }
      return fmt::format("{}: valid JSON", name);
    }
    if (path.extension() == ".mana") {
      const formats::PackedFile packed = formats::PackedFile::open(path);
      packed.check_sections();
      return fmt::format("{}: packed, version {}, {} sections undamaged", name, packed.version(),
                         packed.sections().size());
    }
    if (path.extension() == ".py") {
      report_.differences.push_back(
          fmt::format("{} is code that sentence-transformers may run; it is not run here", name));
    }
    const MappedFile file(path);
    // Every page is touched, so that a damaged disk shows here.
    unsigned sum = 0;
    for (const std::byte byte : file.bytes()) sum += std::to_integer<unsigned>(byte);
    return fmt::format("{}: {} bytes, checksum {:08x}", name, file.bytes().size(), sum);
  }

  void check_parts(const formats::SentenceFolder& sentence) {
    std::optional<std::size_t> positions;
    step("tensors", [&] {
      const bool transformer = sentence.contextual;
      if (transformer) positions = models::encoder_facts(sentence).positions;
      const formats::StoredWeights stored_weights = models::open_encoder(sentence);
      const ParameterCounts counts = count_parameters(sentence, stored_weights);
      for (const ParameterCount& unused : counts.unused) {
        report_.differences.push_back(
            fmt::format("tensor {} ({} parameters) has no influence on the vectors", unused.part, unused.parameters));
      }
      return fmt::format("tensors: {}, {} parameters",
                         transformer ? "every name and shape is as config.json asks" : "a vector for each token",
                         counts.used_parameters);
    });
    std::optional<engine::Encoder> encoder;
    step("model", [&] {
      encoder.emplace(folder_, engine::EncoderOptions{.use_packed = false});
      return fmt::format(
          "model: loads, vectors of {} dimensions from {}", encoder->dimensions(),
          encoder->max_tokens() ? fmt::format("at most {} tokens", *encoder->max_tokens()) : "texts of any length");
    });
    if (encoder && file_exists(folder_ / models::kPackedModelFile)) {
      step("packed model", [&] { return check_packed_model(*encoder); });
    }
    if (encoder) std::ranges::copy(encoder->notes(), std::back_inserter(report_.differences));
    note_differences(sentence, positions);
    if (encoder && file_exists(folder_ / kGoldenFile)) {
      step("golden sentences", [&] { return judge_golden_sentences(*encoder); });
    }
  }

  void note_differences(const formats::SentenceFolder& sentence, std::optional<std::size_t> positions) {
    if (positions && sentence.max_seq_length && *sentence.max_seq_length > *positions) {
      report_.differences.push_back(
          fmt::format("max_seq_length is {}, but the model has {} positions: longer texts are cut here, an error in "
                      "sentence-transformers",
                      *sentence.max_seq_length, *positions));
    }
    if (!file_exists(sentence.transformer / "tokenizer.json")) {
      report_.differences.push_back(
          fmt::format("there is no tokenizer.json: the tokens come from {}", vocabulary_of(sentence.transformer)));
    }
  }

  /// That it belongs to the ordinary files, byte for byte, and gives the same vector as they do.
  std::string check_packed_model(const engine::Encoder& ordinary) {
    const auto packed = models::PackedModel::open(ordinary.folder());
    packed->require_origin(ordinary.folder());
    const engine::Encoder encoder(folder_);
    if (!encoder.packed_model()) {
      report_.differences.push_back(encoder.packed_model_note());
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
    if (encoder.precision() != kernels::Precision::f32) {
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

  std::filesystem::path folder_;
  ModelReport report_;
};

}  // namespace

ModelReport verify(const std::filesystem::path& folder) { return ModelCheck(folder).run(); }

}  // namespace mana::jobs
