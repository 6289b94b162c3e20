#pragma once

#include <array>

#include "mana/models/names.h"

/// The names of MarianMT in transformers. Which of them have the same tensor depends on what is tied.
namespace mana::models {

template <std::size_t Own>
constexpr auto marian_parts(const std::array<PartNames, Own>& own) {
  constexpr std::array kStacks = {
      PartNames{"output.bias", {"final_logits_bias"}, "output"},
      PartNames{"source.position", {"model.encoder.embed_positions"}, "source positions"},
      PartNames{"target.position", {"model.decoder.embed_positions"}, "target positions"},
      PartNames{"encoder.*.attend.query_key_value",
                {"model.encoder.layers.*.self_attn.q_proj", "model.encoder.layers.*.self_attn.k_proj",
                 "model.encoder.layers.*.self_attn.v_proj"},
                "encoder layer *"},
      PartNames{"encoder.*.attend.output", {"model.encoder.layers.*.self_attn.out_proj"}, "encoder layer *"},
      PartNames{"encoder.*.attend_norm", {"model.encoder.layers.*.self_attn_layer_norm"}, "encoder layer *"},
      PartNames{"encoder.*.feed_forward.widen", {"model.encoder.layers.*.fc1"}, "encoder layer *"},
      PartNames{"encoder.*.feed_forward.narrow", {"model.encoder.layers.*.fc2"}, "encoder layer *"},
      PartNames{"encoder.*.feed_norm", {"model.encoder.layers.*.final_layer_norm"}, "encoder layer *"},
      PartNames{"encoder_norm", {"model.encoder.layer_norm"}, "last encoder norm"},
      PartNames{"decoder.*.attend.query_key_value",
                {"model.decoder.layers.*.self_attn.q_proj", "model.decoder.layers.*.self_attn.k_proj",
                 "model.decoder.layers.*.self_attn.v_proj"},
                "decoder layer *"},
      PartNames{"decoder.*.attend.output", {"model.decoder.layers.*.self_attn.out_proj"}, "decoder layer *"},
      PartNames{"decoder.*.attend_norm", {"model.decoder.layers.*.self_attn_layer_norm"}, "decoder layer *"},
      PartNames{"decoder.*.cross.query", {"model.decoder.layers.*.encoder_attn.q_proj"}, "decoder layer *"},
      PartNames{"decoder.*.cross.key_value",
                {"model.decoder.layers.*.encoder_attn.k_proj", "model.decoder.layers.*.encoder_attn.v_proj"},
                "decoder layer *"},
      PartNames{"decoder.*.cross.output", {"model.decoder.layers.*.encoder_attn.out_proj"}, "decoder layer *"},
      PartNames{"decoder.*.cross_norm", {"model.decoder.layers.*.encoder_attn_layer_norm"}, "decoder layer *"},
      PartNames{"decoder.*.feed_forward.widen", {"model.decoder.layers.*.fc1"}, "decoder layer *"},
      PartNames{"decoder.*.feed_forward.narrow", {"model.decoder.layers.*.fc2"}, "decoder layer *"},
      PartNames{"decoder.*.feed_norm", {"model.decoder.layers.*.final_layer_norm"}, "decoder layer *"},
      PartNames{"decoder_norm", {"model.decoder.layer_norm"}, "last decoder norm"}};
  std::array<PartNames, Own + kStacks.size()> all;
  for (std::size_t i = 0; i < Own; ++i) all[i] = own[i];
  for (std::size_t i = 0; i < kStacks.size(); ++i) all[Own + i] = kStacks[i];
  return all;
}

/// The tables and the logits' matrix: [one table][tied output].
constexpr auto marian_tables(const char* source, const char* target, const char* output) {
  return marian_parts(std::array<PartNames, 3>{{{"source.word", {source}, "source embeddings"},
                                                {"target.word", {target}, "target embeddings"},
                                                {"output", {output}, "output"}}});
}

inline constexpr auto kOneTableTied = marian_tables("model.shared", "model.shared", "model.shared");
inline constexpr auto kOneTable = marian_tables("model.shared", "model.shared", "lm_head");
inline constexpr auto kTwoTablesTied =
    marian_tables("model.encoder.embed_tokens", "model.decoder.embed_tokens", "model.decoder.embed_tokens");
inline constexpr auto kTwoTables = marian_tables("model.encoder.embed_tokens", "model.decoder.embed_tokens", "lm_head");

inline constexpr NameTable kMarianNames[2][2] = {{NameTable(kTwoTables, ""), NameTable(kTwoTablesTied, "")},
                                                 {NameTable(kOneTable, ""), NameTable(kOneTableTied, "")}};

}  // namespace mana::models
