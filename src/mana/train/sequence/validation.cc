#include "mana/train/sequence/validation.h"

#include "mana/base/errors.h"
#include "mana/train/sequence/sequence_batch.h"
#include "mana/train/sequence/sequence_task.h"

namespace mana::train {

double cross_entropy_per_token(const models::TrainableTransformer& model, const TokenPairs& pairs,
                               std::size_t batch_tokens, Team& team, const std::stop_token& stop) {
  require_known_tokens(model.config(), pairs);
  Pool pool;
  autograd::Tape tape(kernels::Run{model.kernels(), pool, &team});
  double sum = 0;
  std::size_t count = 0;
  for (const std::vector<std::uint32_t>& batch : data::PairBatches(pairs.lengths, batch_tokens).in_order()) {
    if (stop.stop_requested()) throw Cancelled("the evaluation was cancelled");
    const SequenceBatch texts(pairs, batch, model.config().start);
    nn::Masks masks;  // none
    const autograd::Variable losses =
        model.losses(model.training(tape, masks), texts.source.tokens(), texts.target.tokens(), texts.labels, 0);
    for (std::size_t t = 0; t < losses.rows(); ++t) sum += double{losses.value().data()[t]};
    count += losses.rows();
    tape.clear();
  }
  return sum / static_cast<double>(count);
}

}  // namespace mana::train
