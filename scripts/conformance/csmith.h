/* What Csmith's programs need of their runtime, without a C library: the checked arithmetic, and a checksum. */
#ifndef CONFORMANCE_CSMITH_H
#define CONFORMANCE_CSMITH_H

#include <float.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#define STATIC static
#define UNDEFINED(value) (value)
#define LOG_INDEX
#define LOG_EXEC
#define FUNC_NAME(x) (safe_##x)
#define assert(x)
#define fabsf __builtin_fabsf
#define fabs __builtin_fabs
#define _CSMITH_BITFIELD(x) ((x) > 32 ? (x) % 32 : (x))
/* Only for programs that are given arguments: they have none. */
static int printf(const char *format, ...) { (void)format; return 0; }
static int strcmp(const char *a, const char *b) { return a != b; }
#include "safe_math.h"

uint32_t crc32_context = 0xffffffff;

static void crc32_gentab(void) {}
static void platform_main_begin(void) {}

static void transparent_crc(uint64_t value, char *name, int print) {
  (void)name;
  (void)print;
  for (int byte = 0; byte < 8; byte++) {
    crc32_context ^= (uint32_t)(value >> 8 * byte) & 0xff;
    for (int bit = 0; bit < 8; bit++) crc32_context = crc32_context >> 1 ^ (crc32_context & 1 ? 0xedb88320 : 0);
  }
}

static void transparent_crc_bytes(char *bytes, int count, char *name, int print) {
  for (int i = 0; i < count; i++) transparent_crc((uint8_t)bytes[i], name, print);
}

static void platform_main_end(uint32_t crc, int print) {
  (void)crc;
  (void)print;
}

#endif
