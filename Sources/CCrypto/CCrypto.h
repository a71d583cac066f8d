#pragma once
#include <openssl/evp.h>
#include <stddef.h>

/* EVP_Digest with SHA-256 in one call; `out` has 32 bytes. Returns 1 on success. */
static inline int jo_sha256(const void *bytes, size_t count, unsigned char *out) {
  unsigned int length = 32;
  return EVP_Digest(bytes, count, out, &length, EVP_sha256(), NULL);
}
