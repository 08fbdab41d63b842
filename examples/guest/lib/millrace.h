/* What a program on the machine has: an input, an output, an exit, and its memory. */
#ifndef MILLRACE_H
#define MILLRACE_H

#include <stddef.h>
#include <stdint.h>

/* Each of the two regions begins with a leaf of 32 bytes that holds the length; the bytes follow. */
#define MILLRACE_LEAF 32u

struct millrace_regions {
  uint8_t *input;
  uint8_t *output;
  uint32_t bytes;
  uint8_t *stack_top;
};
extern struct millrace_regions millrace_regions;
extern uint8_t __heap_start[];

_Noreturn void millrace_exit(int code);

/* The input, and how many bytes it has. It can be changed in place. */
static inline uint8_t *input(size_t *length) {
  *length = *(volatile uint32_t *)millrace_regions.input;
  return millrace_regions.input + MILLRACE_LEAF;
}

/* Where the output goes, and how many bytes it may have. */
static inline uint8_t *output(size_t *room) {
  *room = millrace_regions.bytes - MILLRACE_LEAF;
  return millrace_regions.output + MILLRACE_LEAF;
}

/* Says how many bytes of output there are. Without it there is none. */
static inline void output_length(size_t length) {
  *(volatile uint32_t *)millrace_regions.output = (uint32_t)length;
}

/* Memory that is never given back; it reaches up to 64 KiB below the top of the stack. Exits with 12 if there is none left. */
void *take(size_t bytes);

/* Appends to the output. Exits with 28 if it is full. */
void put(const void *bytes, size_t length);
void put_text(const char *text);
void put_number(uint32_t number);

#endif
