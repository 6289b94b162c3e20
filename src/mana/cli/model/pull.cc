#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/progress.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/formats/model_task.h"
#include "mana/hub/hub.h"
#include "mana/hub/store.h"
#include "mana/jobs/verify.h"
#include "mana/models/families.h"

namespace mana::cli {
namespace {

hub::Repository repository_of(const std::string& name) {
  try {
    return hub::Repository::parse(name);
  } catch (const ArgumentError& error) {
    throw UsageError(error.what());
  }
}

std::string_view name_of(hub::PullStatus status) {
  switch (status) {
    case hub::PullStatus::downloaded: return "downloaded";
    case hub::PullStatus::up_to_date: return "up_to_date";
    case hub::PullStatus::unreachable: return "unreachable";
    case hub::PullStatus::offline: return "offline";
  }
  throw ArgumentError("there is no such result of a pull");
}

std::string sentence_about(const hub::PullResult& result, const std::string& name) {
  const std::string commit = result.commit.substr(0, 8);
  switch (result.status) {
    case hub::PullStatus::downloaded:
      return fmt::format("{} is ready: {:.1f} MB, commit {}", name, static_cast<double>(result.bytes) / 1e6, commit);
    case hub::PullStatus::up_to_date: return fmt::format("{} is up to date: commit {}", name, commit);
    case hub::PullStatus::unreachable:
      return fmt::format("the hub cannot be reached; {} stays at commit {}", name, commit);
    case hub::PullStatus::offline:
      return fmt::format("HF_HUB_OFFLINE: nothing was asked of the hub; {} stays at commit {}", name, commit);
  }
  throw ArgumentError("there is no such result of a pull");
}

/// That the encoder is of a family that can be used, as soon as its configuration is there.
void check_configuration(const std::filesystem::path& encoder, bool has_modules) {
  if (!file_exists(encoder / "config.json")) return;  // as for static embeddings; the whole is checked at the end
  models::read_encoder_config(encoder);
  if (!has_modules) formats::require_encoder(encoder);
}

/// That `mana verify` finds nothing wrong.
void check_whole(const std::filesystem::path& model) {
  const jobs::ModelReport report = jobs::verify(model);
  if (!report.wrong.empty()) throw FormatError(report.wrong.front());
}

hub::PullResult pull_with_progress(const hub::Repository& repository, const std::string& revision, bool quiet,
                                   const std::stop_token& stop) {
  Progress progress(quiet ? -1 : STDERR_FILENO, repository.full_name(), "bytes");
  bool begun = false;
  const auto show = [&](const hub::PullProgress& state) {
    if (!std::exchange(begun, true)) {
      progress.skip(state.kept);
      if (state.total) progress.set_total(*state.total);
    }
    progress.set_label(std::string(state.file));
    progress.set(state.done);
  };
  return hub::pull(hub::Store::from_environment(), repository, revision, hub::HubOptions::from_environment(), show,
                   stop, {check_configuration, check_whole});
}

}  // namespace

int pull(Options& options) {
  std::vector<std::string> names;
  std::string revision = "main";
  bool json = false;
  options.arguments("NAME", "The repository on the hub: owner/name", names, 1);
  options.option("--revision", "NAME", "A branch, a tag or a commit", revision);
  options.flag("--json", "Print a JSON object instead of the model's folder", json);
  if (!options.parse()) return 0;
  const hub::Repository repository = repository_of(names.front());

  return run_interruptibly(
      [&](const Interruption& interruption) {
        const hub::PullResult result = pull_with_progress(repository, revision, options.quiet(), interruption.token());
        if (!options.quiet()) note(sentence_about(result, repository.full_name()));
        print_report({{"repository", repository.full_name()},
                      {"revision", revision},
                      {"commit", result.commit},
                      {"status", name_of(result.status)},
                      {"folder", result.folder.string()},
                      {"bytes", result.bytes}},
                     json, result.folder.string() + "\n");
        return 0;
      },
      "mana: interrupted; the same command goes on from here");
}

}  // namespace mana::cli
