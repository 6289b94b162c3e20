#include "mana/jobs/explain/open_encoder.h"

#include "mana/hub/hugging_face_cache.h"
#include "mana/kernels/table.h"
#include "mana/models/sentence/sentence_model.h"

namespace mana::jobs {

OpenEncoder::OpenEncoder(const std::filesystem::path& folder, unsigned threads, std::optional<kernels::Isa> isa)
    : OpenEncoder(formats::read_sentence_folder(hub::model_folder(folder)),
                  kernels::table(kernels::choose_isa(isa), kernels::Precision::f32), threads) {}

OpenEncoder::OpenEncoder(const formats::SentenceFolder& folder, const kernels::Table& table, unsigned threads)
    : model(std::make_shared<const models::SentenceModel>(models::load_sentence_model(folder, folder.modules, table))),
      kernels(table),
      encoder(model, table, folder, {.threads = threads, .overflow = engine::Overflow::error}) {}

ExplainedText OpenEncoder::read(std::string_view text, std::optional<std::size_t> most) const {
  return explained_text(encoder.tokenizer(), encoder.prompt() + std::string(text), most, encoder.folder().contextual);
}

}  // namespace mana::jobs
