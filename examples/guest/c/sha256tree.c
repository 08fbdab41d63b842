/*
 * Root of the SHA-256 tree over the input in blocks of 64 bytes, the last one padded with zeros; a level with an odd
 * number of nodes takes its last one up. Output: the 32 bytes of the root.
 */
#include "millrace.h"

static const uint32_t K[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
  0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
  0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
  0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
  0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
  0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t turn(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void compress(uint32_t h[8], const uint8_t block[64]) {
  uint32_t w[64];
  for (int i = 0; i < 16; i++, block += 4)
    w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
  for (int i = 16; i < 64; i++)
    w[i] = w[i - 16] + (turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] +
           (turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10);
  uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], l = h[7];
  for (int i = 0; i < 64; i++) {
    uint32_t t = l + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i];
    uint32_t u = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    l = g; g = f; f = e; e = d + t; d = c; c = b; b = a; a = t + u;
  }
  h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += l;
}

/* SHA-256 of exactly 64 bytes. */
static void hash64(const uint8_t *message, uint8_t *digest) {
  static const uint8_t padding[64] = {[0] = 0x80, [62] = 2};
  uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  compress(h, message);
  compress(h, padding);
  for (int i = 0; i < 8; i++, digest += 4)
    digest[0] = (uint8_t)(h[i] >> 24), digest[1] = (uint8_t)(h[i] >> 16), digest[2] = (uint8_t)(h[i] >> 8), digest[3] = (uint8_t)h[i];
}

int main(void) {
  size_t length;
  const uint8_t *data = input(&length);
  size_t count = length == 0 ? 1 : (length + 63) / 64;
  uint8_t *nodes = take(count * 32);
  for (size_t i = 0; i < count; i++) {
    uint8_t block[64];
    for (size_t j = 0; j < 64; j++) block[j] = i * 64 + j < length ? data[i * 64 + j] : 0;
    hash64(block, nodes + i * 32);
  }
  while (count > 1) {
    for (size_t i = 0; i + 1 < count; i += 2) hash64(nodes + i * 32, nodes + i * 16);
    if (count % 2 == 1)
      for (size_t j = 0; j < 32; j++) nodes[(count / 2) * 32 + j] = nodes[(count - 1) * 32 + j];
    count = (count + 1) / 2;
  }
  put(nodes, 32);
  return 0;
}
