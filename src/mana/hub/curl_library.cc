#include "mana/hub/curl_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "mana/base/errors.h"

namespace mana::hub {
namespace {

constexpr const char* kFile = "libcurl.so.4";  // the interface of curl/curl.h since 2006

template <class Function>
void find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(::dlsym(library, name));
  if (function == nullptr) throw IoError(fmt::format("{} lacks {}: downloads need libcurl 7.85 or newer", kFile, name));
}

CurlLibrary load() {
  void* const library = ::dlopen(kFile, RTLD_NOW | RTLD_LOCAL);  // stays, for libcurl cannot be taken out safely
  if (library == nullptr) {
    throw IoError(fmt::format("libcurl cannot be loaded ({}): install it, downloads need it", ::dlerror()));
  }
  CurlLibrary curl;
  find(library, "curl_global_init", curl.global_init);
  find(library, "curl_easy_init", curl.easy_init);
  find(library, "curl_easy_cleanup", curl.easy_cleanup);
  find(library, "curl_easy_reset", curl.easy_reset);
  find(library, "curl_easy_setopt", curl.easy_setopt);
  find(library, "curl_easy_getinfo", curl.easy_getinfo);
  find(library, "curl_easy_perform", curl.easy_perform);
  find(library, "curl_easy_strerror", curl.easy_strerror);
  find(library, "curl_slist_append", curl.slist_append);
  find(library, "curl_slist_free_all", curl.slist_free_all);
  find(library, "curl_url", curl.url);
  find(library, "curl_url_cleanup", curl.url_cleanup);
  find(library, "curl_url_set", curl.url_set);
  find(library, "curl_url_get", curl.url_get);
  find(library, "curl_free", curl.free);
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    throw IoError("libcurl cannot be initialised: is there memory left?");
  }
  return curl;
}

}  // namespace

const CurlLibrary& libcurl() {
  static const CurlLibrary loaded = load();
  return loaded;
}

}  // namespace mana::hub
