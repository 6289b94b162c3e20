#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "mana/classify/class_numbers.h"
#include "mana/data/labelled_texts.h"
#include "mana/engine/encoder.h"
#include "mana/jobs/classifier_scores.h"
#include "mana/jobs/stage.h"
#include "mana/train/sentence/class_tuning.h"

namespace mana::jobs {

/// A classifier upon the vectors of a model.
struct TrainClassifierOptions {
  std::filesystem::path model;  ///< the folder of the model
  engine::EncoderOptions encoder = {};
  std::filesystem::path output = {};     ///< the folder of the model with the classifier in it
  bool force = false;                    ///< replace the model that the folder holds
  std::string data = {};                 ///< a file of texts and their classes
  std::optional<std::string> test = {};  ///< the same, to be scored on
  data::LabelColumns columns = {};
  double c = 1;  ///< the inverse of the penalty on large weights
  /// First train the model to put texts of one class together and others apart.
  std::optional<train::ClassTuning> fine_tune = {};
};

/// What is found out about the texts before anything is computed.
struct ClassFacts {
  std::size_t texts = 0;
  std::size_t classes = 0;
  std::size_t single = 0;        ///< classes of one text, which will hardly be recognised
  std::string one_of_them = {};  ///< a class of one text
};

struct TrainClassifierEvents {
  std::function<void(const data::ReadingNotes&)> read = [](const data::ReadingNotes&) {
  };  ///< a file, with mistakes in it
  std::function<void(const ClassFacts&)> counted = [](const ClassFacts&) {};
  std::function<void(const engine::Encoder&)> loaded = [](const engine::Encoder&) {};
  /// Of the texts that are tuned on, some are longer than the tokens that training sees.
  std::function<void(std::size_t truncated, std::size_t texts, std::size_t max_tokens)> cut =
      [](std::size_t, std::size_t, std::size_t) {};
  std::function<void(std::size_t iterations)> not_converged = [](std::size_t) {};
  StageEvent stage = [](const Stage&) {};
};

struct TrainClassifierResult {
  std::size_t texts = 0;
  std::size_t classes = 0;
  std::optional<std::uint64_t> pairs;    ///< that the model was tuned on
  std::size_t truncated = 0;             ///< texts of which some did not reach the vector
  std::optional<ClassifierScores> test;  ///< of the texts of `test`
};

/// Throws OptionError for values that mean nothing or do not go together.
void check(const TrainClassifierOptions& options);

/// Throws OptionError as check(), ArgumentError where the output must not be written or the texts are of fewer than two
/// classes, what the parts throw, and Cancelled, which leaves nothing.
TrainClassifierResult train_classifier(const TrainClassifierOptions& options, const TrainClassifierEvents& events = {},
                                       const std::stop_token& stop = {});

}  // namespace mana::jobs
