#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace mana::eval {

/// How well a threshold on the similarity of two texts tells pairs that belong together (positive) from others. With
/// TP, FP, FN, TN the right and wrong positives and the wrong and right negatives at a threshold:
///
///   accuracy   (TP + TN) / all, at the threshold where it is highest
///   precision  P = TP / (TP + FP) and
///   recall     R = TP / (TP + FN), at the threshold where F1 is highest
///   F1         2 P R / (P + R), there
///   AP         Σ_k (R_k − R_(k−1)) P_k over all thresholds: the area under precision by recall
///   MCC        (TP TN − FP FN) / √((TP + FP)(TP + FN)(TN + FP)(TN + FN)), at the threshold of F1: −1 … 1
///
/// A threshold lies halfway between two similarities that occur; those at or above it count as positive. Where accuracy
/// is highest when nothing does, the threshold lies just above the highest similarity.
struct PairMetrics {
  double accuracy = 0;
  float accuracy_threshold = 0;
  double f1 = 0;
  float f1_threshold = 0;
  double precision = 0;
  double recall = 0;
  double average_precision = 0;
  double mcc = 0;
};

/// Throws ArgumentError, which begins with `name` if there is one, where not both kinds of pairs occur.
void require_both_labels(std::span<const std::uint8_t> labels, std::string_view name = {});

/// `similarities`: higher is more alike; `labels`: 1 for a positive pair, else 0. The values, thresholds included, are
/// those of sentence-transformers' BinaryClassificationEvaluator. Throws ArgumentError for lists of different length, a
/// similarity that is no finite number, or when not both kinds of pairs occur.
PairMetrics pair_metrics(std::span<const float> similarities, std::span<const std::uint8_t> labels);

}  // namespace mana::eval
