#pragma once

#include <cstddef>
#include <functional>

#include "mana/autograd/tape.h"
#include "mana/train/sentence/loss.h"

namespace mana::train {

/// Embeds the rows [begin, end) of a column of texts on a tape: [end - begin, dimensions]. Called again for the same
/// rows it gives the same vectors: dropout masks may depend on column and row, not on the number of calls.
using EmbedRows =
    std::function<autograd::Variable(autograd::Tape& tape, std::size_t column, std::size_t begin, std::size_t end)>;

/// Gradients of a batch of any size in the memory of a few texts (GradCache: Gao et al. 2021, arXiv:2101.06983). First
/// all texts are embedded, `mini_batch` at a time, and only their vectors are kept; then ∂L/∂vectors is computed from
/// them; at last the texts are embedded again, and from each mini-batch its part of ∂L/∂vectors flows back into the
/// parameters. The same gradients as at once, for one more forward pass.
///
/// Returns L; the gradients are those of weight · L.
float cached_gradients(Loss& loss, const kernels::Run& run, std::size_t columns, std::size_t rows, const Labels& labels,
                       std::size_t mini_batch, const EmbedRows& embed, float weight = 1);

}  // namespace mana::train
