/* Bytes, halves and words, signed and not, sorted and looked up again. */
typedef unsigned short u16;
typedef short s16;
typedef signed char s8;

#define COUNT 64

static int words[COUNT];
static s16 halves[COUNT];
static s8 bytes[COUNT];
static u16 ranks[COUNT];

static void sort(int low, int high) {
  if (low >= high) return;
  int pivot = words[(low + high) / 2], i = low, j = high;
  while (i <= j) {
    while (words[i] < pivot) i++;
    while (words[j] > pivot) j--;
    if (i <= j) {
      int swapped = words[i];
      words[i++] = words[j];
      words[j--] = swapped;
    }
  }
  sort(low, j);
  sort(i, high);
}

int main(void) {
  unsigned int seed = 7;
  long sum = 0, after = 0;
  for (int i = 0; i < COUNT; i++) {
    seed = seed * 1664525u + 1013904223u;
    words[i] = (int)seed >> 12;
    halves[i] = (s16)words[i];
    bytes[i] = (s8)words[i];
    sum += halves[i] + bytes[i];
  }
  sort(0, COUNT - 1);
  for (int i = 1; i < COUNT; i++)
    if (words[i - 1] > words[i]) return 1;
  for (int i = 0; i < COUNT; i++) {
    ranks[i] = (u16)(65535 - i);
    after += (s16)words[i] + (s8)words[i];
  }
  if (sum != after) return 2;
  for (int i = 0; i < COUNT; i++)
    if (ranks[i] != 65535 - i) return 3;
  return 0;
}
