#pragma once

#include <string>

#include "mana/formats/classifier_head.h"
#include "mana/jobs/train_classifier.h"
#include "mana/jobs/tuned_classifier.h"

namespace mana::jobs {

/// The README.md of a trained classifier: what it is, how it is used, its classes and, where it was tested, how well it
/// knows each. `tuned` is what was done to the model before, if anything.
std::string classifier_card(const TrainClassifierOptions& options, const TrainClassifierResult& result,
                            const formats::ClassifierConfig& config, const TunedEncoder& tuned);

}  // namespace mana::jobs
