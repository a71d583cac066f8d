#pragma once
#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

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
static inline CURLcode jc_get_socket(CURL *h, curl_socket_t *out) { return curl_easy_getinfo(h, CURLINFO_ACTIVESOCKET, out); }
static inline CURLcode jc_get_off(CURL *h, CURLINFO i, curl_off_t *out) { return curl_easy_getinfo(h, i, out); }
typedef int (*jc_debug_cb)(CURL *h, curl_infotype type, char *_Nullable data, size_t size, void *_Nullable user);
static inline CURLcode jc_set_debug_cb(CURL *h, jc_debug_cb _Nullable cb) { return curl_easy_setopt(h, CURLOPT_DEBUGFUNCTION, cb); }
/* Sockets are not inherited by the programs that we start. */
static inline int jc_close_on_exec(void *_Nullable user, curl_socket_t fd, curlsocktype purpose) {
  (void)user; (void)purpose;
  return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ERROR;
}
static inline CURLcode jc_set_close_on_exec(CURL *h) { return curl_easy_setopt(h, CURLOPT_SOCKOPTFUNCTION, jc_close_on_exec); }
/* Addresses that are not on the internet: RFC 6890 and its registries. */
static inline int jc_is_private4(unsigned long a) {
  unsigned long top = a >> 24;
  return top == 0 || top == 10 || top == 127 || top >= 224 || (a >> 22) == (0x64400000UL >> 22) || (a >> 16) == 0xA9FE
      || (a >> 20) == 0xAC1 || (a >> 16) == 0xC0A8 || (a >> 8) == 0xC00000 || (a >> 17) == (0xC6120000UL >> 17);
}
static inline int jc_is_private(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) {
    struct sockaddr_in v4;
    memcpy(&v4, address, sizeof v4);
    return jc_is_private4(ntohl(v4.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof v6);
    const unsigned char *b = v6.sin6_addr.s6_addr;
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, nat64[12] = {0, 0x64, 0xff, 0x9b};
    static const unsigned char zeros[12] = {0};
    if (!memcmp(b, mapped, 12) || !memcmp(b, nat64, 12) || !memcmp(b, zeros, 12))
      return jc_is_private4((unsigned long)b[12] << 24 | (unsigned long)b[13] << 16 | (unsigned long)b[14] << 8 | b[15]);
    return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && b[1] >= 0x80) || b[0] == 0xff;
  }
  return 1;
}
/* Opens no socket to such an address, and counts what it refused. */
static inline curl_socket_t jc_open_public(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)purpose;
  if (jc_is_private(&address->addr)) {
    ++*(int *)user;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype, address->protocol);
}
static inline CURLcode jc_set_public_only(CURL *h, int *refusals) {
  CURLcode code = curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, jc_open_public);
  return code == CURLE_OK ? curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, refusals) : code;
}
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
