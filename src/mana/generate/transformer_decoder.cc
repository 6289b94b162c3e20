#include "mana/generate/transformer_decoder.h"

#include <cstdint>
#include <utility>

namespace mana::generate {

void TransformerDecoder::admit(std::span<const std::span<const Token>> sources) {
  std::vector<Token> ids;
  std::vector<std::uint32_t> offsets = {0};
  for (const auto& source : sources) {
    ids.insert(ids.end(), source.begin(), source.end());
    offsets.push_back(static_cast<std::uint32_t>(ids.size()));
  }
  const nn::TokenBatch batch{.ids = ids, .type_ids = {}, .offsets = offsets};
  models::DecoderState admitted = model_->begin(run_, model_->encode(run_, batch), batch.sequences(), watched_);
  if (state_ && state_->sources() > 0) {
    state_->add(run_, admitted);
  } else {
    state_.emplace(std::move(admitted));
  }
}

void TransformerDecoder::step(std::span<const Token> tokens, std::span<const Question> questions,
                              std::vector<std::vector<Candidate>>& answers) {
  (*likeliest_)(run_, model_->step(run_, tokens, *state_), questions, answers);
}

void TransformerDecoder::arrange(const Arrangement& arrangement) {
  state_->arrange(run_, arrangement.texts, arrangement.offsets, arrangement.from);
}

}  // namespace mana::generate
