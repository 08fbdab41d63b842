/* Every operation of RV32IM against the same thing done bit by bit. */
typedef unsigned int u32;
typedef int s32;
typedef unsigned long long u64;

static u32 state = 12345;

static u32 next(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static u32 add(u32 a, u32 b) {
  while (b != 0) {
    u32 carry = (a & b) << 1;
    a ^= b;
    b = carry;
  }
  return a;
}

static u64 multiply(u32 a, u32 b) {
  u64 sum = 0;
  for (int i = 0; i < 32; i++)
    if ((b >> i) & 1) sum += (u64)a << i;
  return sum;
}

static void divide(u32 a, u32 b, u32 *quotient, u32 *rest) {
  u32 q = 0, r = 0;
  for (int i = 31; i >= 0; i--) {
    u32 high = r >> 31;
    r = (r << 1) | ((a >> i) & 1);
    if (high || r >= b) {
      r -= b;
      q |= 1u << i;
    }
  }
  *quotient = q;
  *rest = r;
}

static u32 mulhsu(u32 a, u32 b) {
  u32 result;
  __asm__ volatile("mulhsu %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

static u32 divide_signed(u32 a, u32 b) {
  u32 result;
  __asm__ volatile("div %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

static u32 rest_signed(u32 a, u32 b) {
  u32 result;
  __asm__ volatile("rem %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

int main(void) {
  for (int i = 0; i < 60; i++) {
    u32 a = next(), b = next() >> (next() & 31);
    u64 product = multiply(a, b);
    if (a + b != add(a, b)) return 1;
    if (a - b != add(a, add(~b, 1))) return 2;
    if (a * b != (u32)product) return 3;
    if ((u32)(((u64)a * b) >> 32) != (u32)(product >> 32)) return 4;
    u32 high = (u32)(product >> 32) - ((s32)a < 0 ? b : 0);
    if (mulhsu(a, b) != high) return 5;
    if (b != 0) {
      u32 quotient, rest;
      divide(a, b, &quotient, &rest);
      if (a / b != quotient || a % b != rest) return 6;
      if ((s32)b != -1) {
        s32 p = (s32)a / (s32)b, r = (s32)a % (s32)b;
        if (p * (s32)b + r != (s32)a) return 7;
      }
    }
    s32 shifted = (s32)a >> (b & 31);
    u32 filled = a >> (b & 31);
    if ((s32)a < 0 && (b & 31) != 0) filled |= ~(0xffffffffu >> (b & 31));
    if ((u32)shifted != filled) return 8;
    if (((s32)a < (s32)b) != ((a ^ 0x80000000u) < (b ^ 0x80000000u))) return 9;
  }
  if (divide_signed(7, 0) != 0xffffffffu || rest_signed(7, 0) != 7) return 10;
  if (divide_signed(0x80000000u, 0xffffffffu) != 0x80000000u || rest_signed(0x80000000u, 0xffffffffu) != 0) return 11;
  return 0;
}
