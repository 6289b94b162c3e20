#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/jobs/fine_tune_options.h"
#include "mana/jobs/stage.h"
#include "mana/models/denoising/trainable_decoder.h"
#include "mana/models/sentence/trainable_model.h"
#include "mana/train/sentence/loss.h"
#include "mana/train/sentence/token_rows.h"

namespace mana::jobs {

/// Told while a fine-tuning is put together.
struct FineTuningEvents {
  std::function<void(const engine::Encoder&)> loaded = [](const engine::Encoder&) {};  ///< the model, or the teacher
  /// A file was read; the encoder says how many tokens of a text the model sees.
  std::function<void(const std::string& file, const train::TokenRows&, const engine::Encoder&)> read =
      [](const std::string&, const train::TokenRows&, const engine::Encoder&) {};
  StageEvent stage = [](const Stage&) {};
};

/// Model, data and loss, put together.
class FineTuning {
 public:
  /// Reads and tokenizes everything. Throws OptionError as check(), what the parts throw, Cancelled.
  explicit FineTuning(const FineTuneOptions& options, const FineTuningEvents& events = {},
                      const std::stop_token& stop = {});

  models::TrainableModel model;
  engine::Encoder encoder;  ///< of the same weights
  std::vector<train::TokenRows> sets;
  train::Classes classes;
  train::Loss loss;                                   ///< a function of vectors; or, where there is a decoder, nothing
  std::unique_ptr<models::TrainableDecoder> decoder;  ///< of a loss that writes texts again
  std::optional<double> deletion;                     ///< the share of words that it leaves out of them
  train::TrainerOptions options;
  train::SentenceOptions sentences;
  train::RunIdentity identity;
  std::size_t left_out = 0;  ///< rows that no batch of the first epoch takes

  /// What the trainer above it takes.
  train::Task& task() { return *task_; }

 private:
  void read_rows(const FineTuneOptions& wanted, const train::LossData& data, const FineTuningEvents& events,
                 const std::stop_token& stop);
  train::LossOptions loss_options(const FineTuneOptions& wanted) const;
  void make_task();
  void add_teacher(const FineTuneOptions& wanted, const FineTuningEvents& events, const std::stop_token& stop);
  void identify(const FineTuneOptions& wanted);

  std::unique_ptr<train::Task> task_;
};

}  // namespace mana::jobs
