#pragma once
#include <curl/curl.h>
#include <fcntl.h>

/* curl's variadic and union-typed interface, restated as functions that Swift can call. */
#pragma clang assume_nonnull begin
static inline CURLcode jc_set_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode jc_set_off(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode jc_set_str(CURL *h, CURLoption o, const char *_Nullable v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode jc_set_ptr(CURL *h, CURLoption o, void *_Nullable v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode jc_set_slist(CURL *h, CURLoption o, struct curl_slist *_Nullable v) { return curl_easy_setopt(h, o, v); }
typedef size_t (*jc_data_cb)(char *buf, size_t size, size_t n, void *_Nullable user);
static inline CURLcode jc_set_data_cb(CURL *h, CURLoption o, jc_data_cb _Nullable cb) { return curl_easy_setopt(h, o, cb); }
static inline CURLcode jc_get_long(CURL *h, CURLINFO i, long *out) { return curl_easy_getinfo(h, i, out); }
static inline CURLcode jc_get_ptr(CURL *h, CURLINFO i, void *_Nullable *_Nonnull out) { return curl_easy_getinfo(h, i, out); }
static inline CURLcode jc_get_off(CURL *h, CURLINFO i, curl_off_t *out) { return curl_easy_getinfo(h, i, out); }
typedef int (*jc_debug_cb)(CURL *h, curl_infotype type, char *_Nullable data, size_t size, void *_Nullable user);
static inline CURLcode jc_set_debug_cb(CURL *h, jc_debug_cb _Nullable cb) { return curl_easy_setopt(h, CURLOPT_DEBUGFUNCTION, cb); }
/* Sockets are not inherited by the programs that we start. */
static inline int jc_close_on_exec(void *_Nullable user, curl_socket_t fd, curlsocktype purpose) {
  (void)user; (void)purpose;
  return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ERROR;
}
static inline CURLcode jc_set_close_on_exec(CURL *h) { return curl_easy_setopt(h, CURLOPT_SOCKOPTFUNCTION, jc_close_on_exec); }
static inline CURLcode jc_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
static inline CURLMcode jc_multi_set_long(CURLM *m, CURLMoption o, long v) { return curl_multi_setopt(m, o, v); }
/* The next finished transfer: CURLMsg.data is a union. */
static inline int jc_multi_next_done(CURLM *m, CURL *_Nullable *_Nonnull h, CURLcode *_Nonnull rc) {
  int left; CURLMsg *_Nullable msg;
  while ((msg = curl_multi_info_read(m, &left)))
    if (msg->msg == CURLMSG_DONE) { *h = msg->easy_handle; *rc = msg->data.result; return 1; }
  return 0;
}
#pragma clang assume_nonnull end
