#include "mana/pages/page.h"

#include <fmt/format.h>

#include "mana/text/repaired_text.h"

namespace mana::pages {
namespace {

// Colours: --paper and --ink, --faint (of what is said beside), --rule (lines), --box (grounds); --first to --third for
// what is told apart. Each stands out from the paper, and from --box, by a contrast of 4.5 or more.
constexpr std::string_view kStyle =
    ":root{color-scheme:light dark;--paper:#fff;--ink:#1d2129;--faint:#57606e;--rule:#d9dee5;--box:#f3f5f8;"
    "--first:#1b5a9f;--second:#a8440d;--third:#176f32}\n"
    "@media(prefers-color-scheme:dark){:root{--paper:#16181c;--ink:#e0e3e8;--faint:#a2abb8;--rule:#3a4048;"
    "--box:#20242a;--first:#85b8f2;--second:#efa273;--third:#79cf94}}\n"
    "*{box-sizing:border-box}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:0 auto;padding:1rem;color:var(--ink);"
    "background:var(--paper)}"
    "h1{font-size:1.4rem;line-height:1.3}h2{font-size:1.1rem;margin-block:2rem .5rem}"
    "p{max-width:46rem}.faint{color:var(--faint)}"
    "table{border-collapse:collapse}th,td{padding:.2rem .7rem;text-align:start;vertical-align:top;"
    "border-block-end:1px solid var(--rule)}"
    ".number{text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}"
    ".formula{font-family:\"STIX Two Text\",Cambria,\"DejaVu Serif\",serif;direction:ltr;unicode-bidi:isolate}"
    ".wide{overflow-x:auto}svg{display:block;max-width:100%;height:auto}"
    "svg text{fill:var(--ink);font-size:12px}"
    "button{font:inherit;color:inherit;background:var(--box);border:1px solid var(--rule);border-radius:.3rem}"
    ":focus-visible{outline:2px solid var(--first);outline-offset:2px}\n";

/// What every page begins with, up to its kind.
constexpr std::string_view kBeginning =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"generator\" content=\"mana ";

}  // namespace

std::string html_of(const Page& page) {
  return fmt::format(
      "{}{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'; img-src data:\">\n"
      "<title>{}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n<h1 dir=\"auto\">{}</h1>\n{}{}</body>\n</html>\n",
      kBeginning, page.kind, escaped(page.title), kStyle, page.style, escaped(page.title), page.body,
      page.script.empty() ? "" : fmt::format("<script>\n{}</script>\n", page.script));
}

bool is_page(std::string_view beginning, std::string_view kind) {
  if (!beginning.starts_with(kBeginning)) return false;
  beginning.remove_prefix(kBeginning.size());
  return beginning.starts_with(kind) && beginning.substr(kind.size()).starts_with("\">\n");
}

std::string escaped(std::string_view text) {
  const text::RepairedText repaired(text);
  std::string html;
  for (const char c : repaired.text()) {
    switch (c) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      case '\t':
      case '\n': html += c; break;
      default: html += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? "\uFFFD" : std::string(1, c);
    }
  }
  return html;
}

}  // namespace mana::pages
