/*
 * LZ77 compressor in the block format of LZ4: any LZ4 decoder that knows the original length unpacks its output.
 * Greedy, one candidate for each hash of four bytes.
 */
#include "millrace.h"

#define HASH_BITS 14
#define MIN_MATCH 4
#define MAX_OFFSET 65535
/* The format ends a block with literals: the last match begins 12 bytes before the end, and stops 5 before it. */
#define LAST_MATCH 12
#define LAST_LITERALS 5

static uint32_t table[1 << HASH_BITS];

static uint32_t four(const uint8_t *p) {
  return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint8_t *put_length(uint8_t *to, size_t length) {
  for (; length >= 255; length -= 255) *to++ = 255;
  *to++ = (uint8_t)length;
  return to;
}

/* A token, its literals, and the match that follows; none if `match` is 0. */
static uint8_t *sequence(uint8_t *to, const uint8_t *literals, size_t count, size_t offset, size_t match) {
  size_t rest = match == 0 ? 0 : match - MIN_MATCH;
  *to++ = (uint8_t)((count < 15 ? count : 15) << 4 | (rest < 15 ? rest : 15));
  if (count >= 15) to = put_length(to, count - 15);
  for (size_t i = 0; i < count; i++) *to++ = literals[i];
  if (match == 0) return to;
  *to++ = (uint8_t)offset;
  *to++ = (uint8_t)(offset >> 8);
  return rest >= 15 ? put_length(to, rest - 15) : to;
}

int main(void) {
  size_t length, room;
  const uint8_t *from = input(&length);
  uint8_t *start = output(&room), *to = start;
  if (length + length / 255 + 16 > room) return 28;

  size_t anchor = 0;
  for (size_t i = 0; length > LAST_MATCH && i <= length - LAST_MATCH; ) {
    uint32_t word = four(from + i);
    uint32_t *entry = &table[word * 2654435761u >> (32 - HASH_BITS)];
    size_t candidate = *entry;
    /* Entries are one more than the place, so that zero means none. */
    *entry = (uint32_t)i + 1;
    if (candidate == 0 || i + 1 - candidate > MAX_OFFSET || four(from + candidate - 1) != word) {
      i++;
      continue;
    }
    candidate--;
    size_t match = MIN_MATCH;
    while (i + match < length - LAST_LITERALS && from[candidate + match] == from[i + match]) match++;
    to = sequence(to, from + anchor, i - anchor, i - candidate, match);
    i += match;
    anchor = i;
  }
  to = sequence(to, from + anchor, length - anchor, 0, 0);
  output_length((size_t)(to - start));
  return 0;
}
