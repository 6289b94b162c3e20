#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mana/autograd/parameter.h"
#include "mana/train/losses/batch_hard_triplet.h"
#include "mana/train/losses/contrastive.h"
#include "mana/train/losses/cosent.h"
#include "mana/train/losses/cosine_similarity.h"
#include "mana/train/losses/distance.h"
#include "mana/train/losses/distillation.h"
#include "mana/train/losses/margin_mse.h"
#include "mana/train/losses/matryoshka.h"
#include "mana/train/losses/multiple_negatives_ranking.h"
#include "mana/train/losses/online_contrastive.h"
#include "mana/train/losses/softmax_classification.h"
#include "mana/train/losses/triplet.h"
#include "mana/train/sentence/loss_data.h"
#include "mana/train/sentence/pair_classifier.h"

namespace mana::train {

using LossFunction = std::variant<MultipleNegativesRanking, Cosent, CosineSimilarity, SoftmaxClassification, Triplet,
                                  Contrastive, OnlineContrastive, BatchHardTriplet, Distillation, MarginMse>;

/// A loss: what training makes small, with defaults and semantics of sentence-transformers.
struct Loss {
  std::string name;  ///< as a user types it: "mnr"
  LossData data;
  LossFunction objective;
  std::optional<PairClassifier> head;  ///< of "softmax": whose logits the objective sees, in place of the vectors
  std::optional<Matryoshka> matryoshka;
  std::size_t mini_batch = 0;  ///< texts that are embedded at once (gradient_cache.h); 0: the whole batch

  /// L [1, 1] of a batch: of each column's vectors [rows, dimensions] and the labels (not looked at where the loss
  /// takes none). To accumulate the gradients of several batches, weigh each with its rows.
  autograd::Variable operator()(Columns columns, const Labels& labels);

  /// What is trained along with the model: those of the head. Their memory is the loss's.
  std::span<autograd::Parameter> parameters();
};

/// Choices about a loss; what is not given is that loss's default.
struct LossOptions {
  std::size_t dimensions = 0;                  ///< of the model's vectors
  std::size_t classes = 0;                     ///< of Label::category, for "softmax"
  std::uint64_t seed = 0;                      ///< of the weights that start at random
  std::optional<float> scale = {};             ///< of the cosines: mnr, cached-mnr, simcse, cosent, angle
  std::optional<float> margin = {};            ///< triplet, batch-hard-triplet, contrastive, online-contrastive
  std::optional<Distance> distance = {};       ///< the same
  bool symmetric = false;                      ///< mnr, cached-mnr: the positives look for their anchors, too
  std::optional<std::size_t> mini_batch = {};  ///< cached-mnr
  std::vector<std::size_t> matryoshka = {};  ///< lengths of the vectors' beginnings that are to be useful by themselves
  std::vector<float> matryoshka_weights = {};  ///< of these; none: 1 each
};

/// "mnr", "cached-mnr", "cosent", … in the order of the documentation.
std::span<const std::string_view> loss_names();
/// Those of them that are functions of vectors: what make_loss() makes.
std::span<const std::string_view> vector_loss_names();

/// Throws ArgumentError for a name that does not exist and for options that the loss does not have or cannot take.
void require_loss_options(std::string_view name, const LossOptions& options);

/// The same, and for a loss that is no function of vectors alone (LossData::reconstructs), of which a task knows more.
Loss make_loss(std::string_view name, const LossOptions& options);

/// What data the loss of this name takes. Throws ArgumentError for a name that does not exist.
LossData loss_data(std::string_view name);

}  // namespace mana::train
