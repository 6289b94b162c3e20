#include "mana/cli/shell/page_output.h"

#include <fmt/format.h>

#include "mana/base/file.h"
#include "mana/cli/shell/replaceable_file.h"
#include "mana/pages/page.h"

namespace mana::cli {

void PageOutput::describe(Options& options) {
  options.option("--html", "FILE", "Write a page, too, that a browser shows", html);
  options.flag("--force", "Replace a file that holds something else than such a page", force);
}

void PageOutput::check(std::string_view kind, const std::vector<GivenPath>& inputs) const {
  if (!html) {
    if (force) throw UsageError("--force belongs to --html: there is no file to replace");
    return;
  }
  if (html->empty()) throw UsageError("--html takes the name of a file, and '' is none");
  if (*html == "-") throw UsageError("--html takes the name of a file, not '-'");
  const std::string ending = ending_of(*html);
  if (ending != ".html" && ending != ".htm") require_no_other_form(*html, ".html", "");
  require_apart({{"--html", *html}}, inputs);
  const auto is_ours = [&](const FileBeginning& file) { return pages::is_page(file.bytes, kind); };
  require_own_kind(*html, fmt::format("a page of mana {}", kind), is_ours, force);
}

void PageOutput::write(const std::function<std::string()>& page) const {
  if (!html) return;
  AtomicFile file(*html);
  file.write(page());
  file.commit();
}

}  // namespace mana::cli
