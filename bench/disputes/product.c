/* A product of two int8 matrices, several times: the same source for the machine, the emulator and this computer. */
#include <stdint.h>

#define SIZE 128
#define TIMES 16

static int8_t left[SIZE][SIZE], right[SIZE][SIZE];
static int32_t product[SIZE][SIZE];

int main(void) {
  uint32_t state = 1;
  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) {
      state = state * 1664525u + 1013904223u;
      left[i][j] = (int8_t)(state >> 24);
      right[i][j] = (int8_t)(state >> 16);
    }
  for (int times = 0; times < TIMES; times++)
    for (int i = 0; i < SIZE; i++)
      for (int j = 0; j < SIZE; j++) {
        int32_t sum = product[i][j];
        for (int k = 0; k < SIZE; k++) sum += left[i][k] * right[j][k];
        product[i][j] = sum;
      }
  uint32_t hash = 0;
  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) hash = hash * 31 + (uint32_t)product[i][j];
  return (int)(hash & 0x7f);
}
