#pragma once

#include <stdexcept>
#include <vector>

#include "mana/nn/attention.h"
#include "mana/operations/attention_weights.h"

namespace mana::nn {

using operations::AttentionWeights;

/// What every attention of a forward pass looked at, in the order in which they were computed: of an encoder, layer by
/// layer; of a decoder, of each layer its own tokens and then the source. Of each, the texts of the batch.
using AttentionRecord = std::vector<std::vector<AttentionWeights>>;

/// What a forward pass runs on whose attention is to be seen, where one that serves has a Run and one that trains a
/// Training. Layers are templates over the three: their values are those of the run, the same bits. Kernels never keep
/// a softmax; it is made again of Q and K, which have to be there as values: kernels that round leave none.
struct Recording : Run {
  AttentionRecord& record;

  Recording(const Run& run, AttentionRecord& into) : Run(run), record(into) {
    if (run.kernels.rounds()) throw std::logic_error("attention is recorded where kernels do not round");
  }
};

/// operations::attend(), whose softmax is recorded.
inline Tensor attend(const Recording& recording, const QueryKeyValue<Tensor>& from, const AttentionShape& shape,
                     Use use = Use::value) {
  recording.record.push_back(operations::attention_weights(recording, from, shape));
  return operations::attend(recording, from, shape, use);
}

}  // namespace mana::nn
