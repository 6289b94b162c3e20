#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "mana/jobs/verify.h"

namespace mana::jobs {

/// Checks of a model's folder, one after the other: what one throws is a mistake to be reported, and the next goes on.
class FolderCheck {
 public:
  explicit FolderCheck(std::filesystem::path folder) : folder_(std::move(folder)) {}

  const std::filesystem::path& folder() const { return folder_; }

  /// One check, which says what is right, or throws what is wrong.
  bool step(std::string_view name, const std::function<std::string()>& check);
  void add_difference(std::string difference) { report_.differences.push_back(std::move(difference)); }
  /// A difference: the packed model is all the weights that there are.
  void note_packed_alone();

  /// Reads every file below the folder: tensors are finite, JSON is JSON, a packed file is undamaged.
  void read_files();

  ModelReport take_report() { return std::move(report_); }

 private:
  std::string read_one(const std::filesystem::path& path);
  std::string read_all();
  void add_mistake(const std::string& mistake);

  std::filesystem::path folder_;
  ModelReport report_;
};

/// The checks of a translator's folder, to be called by verify().
ModelReport verify_translator(const std::filesystem::path& folder);

}  // namespace mana::jobs
