#pragma once

#include <curl/curl.h>

namespace mana::hub {

/// The functions of libcurl that are called here. The library is loaded when they are first asked for: it brings some
/// thirty others with it, which would cost every start of a program milliseconds though few starts download anything.
struct CurlLibrary {
  decltype(&curl_global_init) global_init;
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_easy_reset) easy_reset;
  decltype(&curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_perform) easy_perform;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;
  decltype(&curl_url) url;
  decltype(&curl_url_cleanup) url_cleanup;
  decltype(&curl_url_set) url_set;
  decltype(&curl_url_get) url_get;
  decltype(&curl_free) free;
};

/// libcurl, loaded and initialised once; safe from several threads. Throws IoError when the machine has none.
const CurlLibrary& libcurl();

}  // namespace mana::hub
