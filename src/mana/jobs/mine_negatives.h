#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mana/data/positive_pairs.h"
#include "mana/jobs/query_encoders.h"
#include "mana/mine/hard_negatives.h"
#include "mana/mine/mining_set.h"
#include "mana/mine/negative_rows.h"

namespace mana::jobs {

/// How rows of texts are written: with tabs between the texts and the columns' names in the first line, or an object in
/// each line.
enum class RowForm { table, json_lines };

struct MineNegativesOptions {
  std::filesystem::path model;  ///< the folder of the model whose similarities count
  engine::EncoderOptions encoder = {};
  QueryPrompts prompts = {};  ///< of anchors and of the texts that are searched
  mine::HardNegativeOptions mining = {};
  mine::RowKind kind = mine::RowKind::triplet;
  RowForm form = RowForm::table;
};

struct MineNegativesEvents {
  std::function<void(const QueryEncoders&)> loaded = [](const QueryEncoders&) {};
  std::function<void(std::size_t done, std::size_t total)> embedded = [](std::size_t, std::size_t) {};  ///< texts
};

/// What was found.
struct MinedNegatives {
  std::shared_ptr<const mine::MiningSet> set;
  mine::HardNegatives mined = {};
  mine::RowScores scores = {};
  mine::RowKind kind = mine::RowKind::triplet;
  std::size_t negatives = 0;  ///< of a row of all of them
  std::size_t rows = 0;
  std::size_t truncated = 0;  ///< texts of which some did not reach the vector
};

/// Finds texts that a model holds for alike to anchors though they do not belong to them, among the positives of all
/// pairs and the texts of `corpus`. Throws what the model throws; ArgumentError for a text that the form cannot hold,
/// and where nothing is found; Cancelled.
MinedNegatives mine_negatives(const data::PositivePairs& pairs, std::span<const std::string> corpus,
                              const MineNegativesOptions& options, const MineNegativesEvents& events = {},
                              const std::stop_token& stop = {});

/// The rows as the lines of a file, put out about a megabyte at a time.
void write_rows(const MinedNegatives& found, RowForm form, const std::function<void(std::string_view)>& put);

}  // namespace mana::jobs
