#pragma once
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stddef.h>

/* EVP_Digest with SHA-256 in one call; `out` has 32 bytes. Returns 1 on success. */
static inline int jo_sha256(const void *bytes, size_t count, unsigned char *out) {
  unsigned int length = 32;
  return EVP_Digest(bytes, count, out, &length, EVP_sha256(), NULL);
}

/* SHA-256 of what comes in parts: begin, add, end. The context is freed by `jo_sha256_end`. NULL and 0 on failure. */
static inline void *jo_sha256_begin(void) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1) return context;
  EVP_MD_CTX_free(context);
  return NULL;
}
static inline int jo_sha256_add(void *context, const void *bytes, size_t count) {
  return EVP_DigestUpdate((EVP_MD_CTX *)context, bytes, count);
}
static inline int jo_sha256_end(void *context, unsigned char *out) {
  unsigned int length = 32;
  int status = EVP_DigestFinal_ex((EVP_MD_CTX *)context, out, &length);
  EVP_MD_CTX_free((EVP_MD_CTX *)context);
  return status;
}

/* HMAC with SHA-256; `out` has 32 bytes. Returns 1 on success. */
static inline int jo_hmac_sha256(const void *key, int key_count, const void *bytes, size_t count, unsigned char *out) {
  unsigned int length = 32;
  return HMAC(EVP_sha256(), key, key_count, (const unsigned char *)bytes, count, out, &length) != NULL;
}

static inline int jo_random(unsigned char *out, int count) { return RAND_bytes(out, count); }

/* AES-256-GCM: key of 32 bytes, nonce of 12, tag of 16. `out` has `count` bytes. Returns 1 on success. */
static inline int jo_gcm_seal(
    const unsigned char *key, const unsigned char *nonce, const unsigned char *extra, int extra_count, const unsigned char *plain, int count,
    unsigned char *out, unsigned char *tag) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  int length = 0;
  int ok = context && EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1
      && EVP_EncryptUpdate(context, NULL, &length, extra, extra_count) == 1
      && EVP_EncryptUpdate(context, out, &length, plain, count) == 1 && length == count
      && EVP_EncryptFinal_ex(context, out + length, &length) == 1
      && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, tag) == 1;
  EVP_CIPHER_CTX_free(context);
  return ok;
}

/* The reverse. Returns 0, and leaves nothing in `out`, when the tag does not fit: wrong key, or one bit changed. */
static inline int jo_gcm_open(
    const unsigned char *key, const unsigned char *nonce, const unsigned char *extra, int extra_count, const unsigned char *sealed, int count,
    const unsigned char *tag, unsigned char *out) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  int length = 0;
  int ok = context && EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1
      && EVP_DecryptUpdate(context, NULL, &length, extra, extra_count) == 1
      && EVP_DecryptUpdate(context, out, &length, sealed, count) == 1 && length == count
      && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, 16, (void *)tag) == 1
      && EVP_DecryptFinal_ex(context, out + length, &length) == 1;
  EVP_CIPHER_CTX_free(context);
  if (!ok && count > 0) OPENSSL_cleanse(out, (size_t)count);
  return ok;
}

/* RSASSA-PKCS1-v1_5 with SHA-256 by a private key in PEM; `out` has `capacity` bytes. Returns the length, or -1: no RSA key, or no room. */
static inline long jo_rs256(const char *pem, size_t pem_count, const void *bytes, size_t count, unsigned char *out, size_t capacity) {
  BIO *source = BIO_new_mem_buf(pem, (int)pem_count);
  EVP_PKEY *key = source ? PEM_read_bio_PrivateKey(source, NULL, NULL, NULL) : NULL;
  BIO_free(source);
  if (!key) return -1;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  size_t length = capacity;
  int ok = EVP_PKEY_is_a(key, "RSA") && context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1
      && EVP_DigestSign(context, out, &length, (const unsigned char *)bytes, count) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return ok ? (long)length : -1;
}
