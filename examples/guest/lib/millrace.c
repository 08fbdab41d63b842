#include "millrace.h"

#define STACK_BYTES 0x10000u
#define NO_MEMORY 12
#define NO_SPACE 28

static uint8_t *heap;
static size_t written;

void *take(size_t bytes) {
  if (heap == 0) heap = __heap_start;
  size_t rounded = (bytes + 15) & ~(size_t)15;
  size_t left = (size_t)(millrace_regions.stack_top - heap);
  if (rounded < bytes || left < STACK_BYTES || rounded > left - STACK_BYTES) millrace_exit(NO_MEMORY);
  void *taken = heap;
  heap += rounded;
  return taken;
}

void put(const void *bytes, size_t length) {
  size_t room;
  uint8_t *out = output(&room);
  if (length > room - written) millrace_exit(NO_SPACE);
  for (size_t i = 0; i < length; i++) out[written + i] = ((const uint8_t *)bytes)[i];
  written += length;
  output_length(written);
}

void put_text(const char *text) {
  size_t length = 0;
  while (text[length] != 0) length++;
  put(text, length);
}

void put_number(uint32_t number) {
  char digits[10];
  size_t i = sizeof digits;
  do digits[--i] = (char)('0' + number % 10);
  while (number /= 10);
  put(digits + i, sizeof digits - i);
}

/* What compilers call on their own. */

void *memcpy(void *restrict to, const void *restrict from, size_t length) {
  uint8_t *t = to;
  const uint8_t *f = from;
  if ((((uintptr_t)t | (uintptr_t)f) & 3) == 0)
    for (; length >= 4; length -= 4, t += 4, f += 4) *(uint32_t *)t = *(const uint32_t *)f;
  while (length-- > 0) *t++ = *f++;
  return to;
}

void *memmove(void *to, const void *from, size_t length) {
  uint8_t *t = to;
  const uint8_t *f = from;
  if (t < f) while (length-- > 0) *t++ = *f++;
  else while (length-- > 0) t[length] = f[length];
  return to;
}

void *memset(void *to, int value, size_t length) {
  for (uint8_t *t = to; length-- > 0;) *t++ = (uint8_t)value;
  return to;
}

int memcmp(const void *a, const void *b, size_t length) {
  const uint8_t *x = a, *y = b;
  for (; length-- > 0; x++, y++)
    if (*x != *y) return *x - *y;
  return 0;
}
