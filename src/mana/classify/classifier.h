#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mana/classify/logistic_regression.h"
#include "mana/engine/encoder.h"
#include "mana/formats/classifier_head.h"

namespace mana::classify {

/// The head that tells classes apart as `regression` does; two classes become two rows of weights, 0 and w, the softmax
/// of which is that of one hyperplane. Rounded to f32. `names` are those of the classes, in their order.
formats::ClassifierHead head_of(const LogisticRegression& regression, std::vector<std::string> names,
                                const formats::ClassifierVectors& vectors = {});

/// softmax(W x + b), which sums to 1: [classes]. `x`: [dimensions]. Throws ArgumentError for another size.
std::vector<double> probabilities(const formats::ClassifierHead& head, std::span<const float> x);

/// The `count` largest (all, where there are fewer), largest first; the first of equals.
std::vector<std::uint32_t> most_probable(std::span<const double> probabilities, std::size_t count);

/// What the options of an encoder must say for the vectors of a classifier.
void apply(const formats::ClassifierVectors& vectors, engine::EncoderOptions& options);

/// What is known of one text.
struct Classification {
  std::vector<double> probabilities;  ///< [classes]
  bool truncated = false;             ///< some of the text did not reach the vector
};

/// Text in, classes out. Thread-safe, as its encoder is.
class Classifier {
 public:
  /// Loads a folder that has a classifier in it. `compute` says on how many threads, in what precision and at which
  /// instruction-set level; how vectors are made stands in the folder. Throws ArgumentError when the folder has no
  /// classifier, IoError, or FormatError for a mistake in a file or a head that does not fit the encoder.
  explicit Classifier(const std::filesystem::path& folder, engine::EncoderOptions compute = {});

  Classification classify(std::string_view text) const;

  /// Receives consecutive texts in input order; `first` is the number of the first.
  using Sink =
      std::function<void(std::size_t first, std::span<const std::string> texts, std::span<const Classification>)>;
  /// Classifies a stream of any length in bounded memory, and waits for it as the encoder's stream() does.
  void stream(const data::TextSource& source, const Sink& sink, const data::Waiting& waiting = {}) const;

  const std::vector<std::string>& classes() const { return head_.config.classes; }
  const formats::ClassifierHead& head() const { return head_; }
  const engine::Encoder& encoder() const { return encoder_; }

 private:
  formats::ClassifierHead head_;
  engine::Encoder encoder_;
};

}  // namespace mana::classify
