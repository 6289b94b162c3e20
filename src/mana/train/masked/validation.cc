#include "mana/train/masked/validation.h"

#include <utility>
#include <vector>

#include "mana/autograd/operations.h"
#include "mana/base/errors.h"
#include "mana/generate/likeliest.h"

namespace mana::train {
namespace {

/// The matrix of logits, laid out as its weights are now.
const kernels::MatrixWeights& decoder_of(models::TrainableMaskedModel& model, const kernels::Run& run) {
  model.refresh_decoder(run);
  return model.model().words.decoder.weights;
}

/// Adds up what batches give.
class Sums {
 public:
  Sums(models::TrainableMaskedModel& model, std::int32_t mask, const kernels::Run& run)
      : model_(model), mask_(mask), tape_(run), likeliest_(decoder_of(model, run)) {}

  void add(const data::MaskedBatch& batch) {
    nn::Masks masks;  // none
    const nn::Training training = model_.training(tape_, masks);
    const autograd::Variable states = model_.states(training, tokens_of(batch));
    add_words(batch, training, states);
    if (model_.next_sentence() && !batch.next.empty()) add_next(batch, training, states);
    tape_.clear();
  }

  MaskedScores scores() const {
    const auto mean = [](double sum, std::size_t count) { return sum / static_cast<double>(count); };
    MaskedScores scores{.loss = mean(loss_, words_),
                        .accuracy = mean(static_cast<double>(right_), masked_),
                        .words = words_,
                        .masked = masked_};
    if (pairs_ > 0) {
      scores.next_loss = mean(next_loss_, pairs_);
      scores.next_accuracy = mean(static_cast<double>(next_right_), pairs_);
    }
    return scores;
  }

 private:
  void add_words(const data::MaskedBatch& batch, const nn::Training& training, const autograd::Variable& states) {
    const autograd::Variable losses =
        model_.word_losses(training, states, batch.chosen, {batch.originals.begin(), batch.originals.end()});
    for (std::size_t i = 0; i < losses.rows(); ++i) loss_ += double{losses.value().data()[i]};
    words_ += losses.rows();

    std::vector<std::int32_t> places, originals;
    for (std::size_t i = 0; i < batch.chosen.size(); ++i) {
      if (batch.ids[batch.chosen[i]] != mask_) continue;
      places.push_back(static_cast<std::int32_t>(batch.chosen[i]));
      originals.push_back(batch.originals[i]);
    }
    if (places.empty()) return;
    const nn::Run& run = training.run();
    const Tensor hidden = model_.model().words.states(run, models::rows_of(run, states.value(), places));
    const std::vector<generate::Question> questions(places.size(), {.count = 1, .forbidden = {}});
    std::vector<std::vector<generate::Candidate>> answers;
    likeliest_(run, hidden, questions, answers);
    for (std::size_t i = 0; i < places.size(); ++i) right_ += answers[i].front().token == originals[i] ? 1 : 0;
    masked_ += places.size();
  }

  void add_next(const data::MaskedBatch& batch, const nn::Training& training, const autograd::Variable& states) {
    const autograd::Variable logits = model_.next_logits(training, states, tokens_of(batch).sequences());
    const autograd::Variable loss = autograd::cross_entropy(logits, {batch.next.begin(), batch.next.end()});
    next_loss_ += double{loss.value().data()[0]} * static_cast<double>(batch.next.size());
    for (std::size_t i = 0; i < batch.next.size(); ++i) {
      const float* row = logits.value().data() + 2 * i;
      next_right_ += (row[1] > row[0] ? 1 : 0) == batch.next[i] ? 1 : 0;
    }
    pairs_ += batch.next.size();
  }

  models::TrainableMaskedModel& model_;
  std::int32_t mask_;
  autograd::Tape tape_;
  generate::LikeliestTokens likeliest_;
  double loss_ = 0, next_loss_ = 0;
  std::size_t words_ = 0, masked_ = 0, right_ = 0, pairs_ = 0, next_right_ = 0;
};

}  // namespace

MaskedScores masked_scores(models::TrainableMaskedModel& model, const MaskedSource& source, std::int32_t mask,
                           Team& team, const std::stop_token& stop) {
  Pool pool;
  Sums sums(model, mask, {model.kernels(), pool, &team});
  for (std::size_t place = 0; place < source.batches; ++place) {
    if (stop.stop_requested()) throw Cancelled("the evaluation was cancelled");
    sums.add(source.batch(0, place));
  }
  return sums.scores();
}

}  // namespace mana::train
