#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/compress/yardstick.h"
#include "mana/data/scored_pairs.h"
#include "mana/engine/encoder.h"
#include "mana/jobs/stage.h"
#include "mana/kernels/isa.h"
#include "mana/kernels/precision.h"
#include "mana/models/sentence/model_folder.h"

namespace mana::jobs {

/// How vectors become shorter: by principal axes of the corpus, or by their first numbers, as Matryoshka models have
/// it.
enum class Shortening { pca, prefix };

/// What is done to a model, in this order, and what that may cost.
struct CompressOptions {
  std::filesystem::path model = {};   ///< its folder
  std::filesystem::path output = {};  ///< a folder, which appears when it is complete
  bool force = false;                 ///< write it whatever it costs, in place of an older model where there is one

  /// One number: keep so many, evenly spread. Several: keep those, from 0.
  std::optional<std::vector<std::size_t>> layers = {};
  std::optional<std::size_t> vocabulary = {};  ///< keep so many tokens, those that the corpus has most
  bool distil = false;                         ///< static embeddings in place of the model: a vector for each token
  std::optional<std::size_t> dimensions = {};  ///< of a vector; where it is distilled, 256 unless said
  Shortening method = Shortening::pca;
  std::optional<kernels::Precision> precision = {};      ///< to store and measure in
  std::optional<std::vector<kernels::Isa>> levels = {};  ///< of the packed model; nothing: this processor's best one
  bool no_pack = false;                                  ///< leave the packed model out
  /// Texts like those to embed, to fit on; called where they are needed. Without it, a thousand built-in ones.
  std::function<std::vector<std::string>()> corpus = {};

  std::optional<data::ScoredPairs> data = {};  ///< to measure by; without it, agreement on built-in texts
  std::optional<double> max_drop = {};         ///< points, see allowed_drop()
  unsigned threads = 0;                        ///< 0: one for each processor

  /// The most points that may be lost: `max_drop`; else 0.5 for a precision and 2 each for dimensions and vocabulary,
  /// and any (nothing) with layers and static embeddings.
  std::optional<double> allowed_drop() const;
};

struct CompressEvents {
  std::function<void(const engine::Encoder& uncompressed)> loaded = [](const engine::Encoder&) {};
  StageEvent stage = [](const Stage&) {};
};

/// A model as it was measured.
struct MeasuredModel {
  models::FolderSize size;
  std::size_t dimensions = 0;
  kernels::Precision precision = kernels::Precision::f32;
  compress::Worth worth;
};

struct CompressResult {
  MeasuredModel before, after;
  std::size_t pairs = 0;          ///< of texts, that were measured by
  bool judged_by_people = false;  ///< the points are those of `data`, not of the agreement with the model as it was
  double drop = 0;                ///< points that are lost
  std::optional<double> allowed;  ///< that might be lost; nothing: any
  bool written = false;           ///< not where more is lost than is allowed
};

/// Throws OptionError for options that contradict each other or that this processor cannot serve.
void check(const CompressOptions& options);

/// Makes a smaller model of another and measures both. Throws OptionError as check(), ArgumentError where the output
/// must not be written or the options do not fit the model, IoError, FormatError, Cancelled.
CompressResult compress_model(const CompressOptions& options, const CompressEvents& events = {},
                              const std::stop_token& stop = {});

}  // namespace mana::jobs
