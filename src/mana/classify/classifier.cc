#include "mana/classify/classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>

#include "mana/base/errors.h"

namespace mana::classify {
namespace {

engine::EncoderOptions options_for(const formats::ClassifierVectors& vectors, engine::EncoderOptions options) {
  apply(vectors, options);
  return options;
}

}  // namespace

formats::ClassifierHead head_of(const LogisticRegression& regression, std::vector<std::string> names,
                                const formats::ClassifierVectors& vectors) {
  const std::span<const double> weights = regression.weights();
  const std::span<const double> intercepts = regression.intercepts();
  formats::ClassifierHead head{{std::move(names), regression.dimensions(), vectors}, {}, {}};
  if (regression.classes() == 2) {
    head.weights.assign(regression.dimensions(), 0);
    head.bias.assign(1, 0);
  }
  for (const double weight : weights) head.weights.push_back(static_cast<float>(weight));
  for (const double intercept : intercepts) head.bias.push_back(static_cast<float>(intercept));
  return head;
}

std::vector<double> probabilities(const formats::ClassifierHead& head, std::span<const float> x) {
  const std::size_t dimensions = head.config.dimensions;
  if (x.size() != dimensions) {
    throw ArgumentError(
        fmt::format("the vector has {} dimensions; the classifier was trained on {}", x.size(), dimensions));
  }
  std::vector<double> z(head.bias.begin(), head.bias.end());
  for (std::size_t row = 0; row < z.size(); ++row) {
    const float* weights = head.weights.data() + row * dimensions;
    for (std::size_t i = 0; i < dimensions; ++i) z[row] += double{weights[i]} * double{x[i]};
  }
  const double most = std::ranges::max(z);
  for (double& each : z) each = std::exp(each - most);
  const double sum = std::accumulate(z.begin(), z.end(), 0.0);
  for (double& each : z) each /= sum;
  return z;
}

std::vector<std::uint32_t> most_probable(std::span<const double> probabilities, std::size_t count) {
  std::vector<std::uint32_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(count, order.size()));
  std::ranges::partial_sort(order, end, [&](std::uint32_t a, std::uint32_t b) {
    return probabilities[a] != probabilities[b] ? probabilities[a] > probabilities[b] : a < b;
  });
  order.erase(end, order.end());
  return order;
}

void apply(const formats::ClassifierVectors& vectors, engine::EncoderOptions& options) {
  options.prompt = vectors.prompt;
  options.prompt_text = vectors.prompt_text;
  options.pooling = vectors.pooling;
  options.normalize = vectors.normalize;
  options.truncate_dim = vectors.truncate_dim;
  options.max_tokens = vectors.max_tokens;
  options.overflow = vectors.average_chunks ? engine::Overflow::mean : engine::Overflow::truncate;
}

Classifier::Classifier(const std::filesystem::path& folder, engine::EncoderOptions compute)
    : head_(formats::read_classifier_head(folder)),
      encoder_(folder, options_for(head_.config.vectors, std::move(compute))) {
  if (encoder_.dimensions() == head_.config.dimensions) return;
  throw FormatError(
      fmt::format("{}: the classifier was trained on vectors of {} dimensions, but the model makes {}; "
                  "train it again",
                  folder.string(), head_.config.dimensions, encoder_.dimensions()));
}

Classification Classifier::classify(std::string_view text) const {
  const std::string only(text);
  const engine::Embeddings rows = encoder_.embed(std::span(&only, 1));
  return {probabilities(head_, rows[0]), rows.texts[0].truncated};
}

void Classifier::stream(const data::TextSource& source, const Sink& sink, const data::Waiting& waiting) const {
  std::vector<Classification> found;
  const auto classify_rows = [&](std::size_t first, std::span<const std::string> texts,
                                 const engine::Embeddings& rows) {
    found.clear();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      found.push_back({probabilities(head_, rows[row]), rows.texts[row].truncated});
    }
    sink(first, texts, found);
  };
  encoder_.stream(source, classify_rows, waiting);
}

}  // namespace mana::classify
