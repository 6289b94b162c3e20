#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mana/jobs/file_ending.h"

/// Where a command may write: not over what it reads, not over what is none of its own, and under no name that says
/// another form.
namespace mana::cli {

/// A file or folder, and the option that gave it.
struct GivenPath {
  std::string option;
  std::filesystem::path path;
};

/// For lists of them: adds a path that was given.
void add_path(std::vector<GivenPath>& paths, std::string_view option, const std::optional<std::string>& path);

/// Throws ArgumentError when one of the outputs is one of the inputs (or a file in one that is a folder, or a folder
/// that holds one), or another output, by whatever name or link. Nothing and "-" are standard output and input; what is
/// no regular file or folder is passed over.
void require_apart(const std::vector<GivenPath>& outputs, const std::vector<GivenPath>& inputs);

using jobs::ending_of;
/// ".jsonl" of "rows.jsonl" and of "rows.jsonl.gz": what the rows are, packed or not.
std::string ending_of_unpacked(const std::filesystem::path& path);
/// Throws UsageError when the ending of an output's name says a form that everybody knows and that is none of those
/// written here: ".csv", ".npz", ".json.gz". `forms` are the endings that there are (".jsonl, .npy and .tsv"),
/// `otherwise` says how else a form can be chosen ("--format"); may be empty.
void require_no_other_form(const std::string& output, std::string_view forms, std::string_view otherwise);
/// The name of a folder to write, without separators at its end. Throws UsageError when it is none ("."), or that of a
/// file of some form: "model.zip".
std::string folder_name(const std::string& output);

}  // namespace mana::cli
