#include "mana/hub/refusal.h"

#include <fmt/format.h>

#include "mana/base/errors.h"

namespace mana::hub {
namespace {

[[noreturn]] void refuse_access(int status, const Question& question) {
  const std::string name = question.repository.full_name();
  if (!question.with_token) {
    throw IoError(
        fmt::format("{} does not show {} to everybody ({}): check the name, or set HF_TOKEN to your access token "
                    "if the repository is private",
                    question.endpoint, name, status));
  }
  if (status == 401) {
    throw IoError(fmt::format("{} does not accept the access token for {} (401): check HF_TOKEN or log in again",
                              question.endpoint, name));
  }
  throw IoError(fmt::format("the access token does not allow reading {} (403): use one of an account that may", name));
}

[[noreturn]] void refuse_missing(const std::string& code, const Question& question) {
  const std::string name = question.repository.full_name();
  if (code == "RevisionNotFound") {
    throw ArgumentError(
        fmt::format("{} has no revision \"{}\": give a branch, a tag or a commit", name, question.revision));
  }
  if (question.file) {
    throw ArgumentError(
        fmt::format("{} has no file {} at revision {}: pull again", name, *question.file, question.revision));
  }
  throw ArgumentError(fmt::format("{} has no repository {}: check the name", question.endpoint, name));
}

}  // namespace

void refuse(const HttpHead& head, const Question& question) {
  const std::string name = question.repository.full_name();
  const std::string code = head.find("x-error-code").value_or("");
  const bool no_access = head.status == 401 || head.status == 403;
  if (no_access && code == "GatedRepo") {
    throw IoError(
        fmt::format("{} is gated: accept its terms on {}/{} and set HF_TOKEN to an access token of that account", name,
                    question.endpoint, name));
  }
  if (no_access) refuse_access(head.status, question);
  if (head.status == 404) refuse_missing(code, question);
  if (head.status == 429) {
    throw IoError(fmt::format("{} has had too many requests from here (429): try again in a few minutes{}",
                              question.endpoint, question.with_token ? "" : ", or set HF_TOKEN for a higher limit"));
  }
  throw IoError(fmt::format("{} answers {} for {}{}: try again later", question.endpoint, head.status, name,
                            question.file ? ", file " + *question.file : ""));
}

}  // namespace mana::hub
