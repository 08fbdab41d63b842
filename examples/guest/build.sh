#!/usr/bin/env bash
# Compiles every example into a folder, `elf/` if none is named: `./build.sh [folder]`.
# C needs gcc-riscv64-unknown-elf (a Debian package), Rust a rustc with the target riscv32im-unknown-none-elf
# (`rustup target add riscv32im-unknown-none-elf`). What lacks its compiler is left out, and said.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
out=${1:-elf}
mkdir -p "$out"

if command -v riscv64-unknown-elf-gcc > /dev/null; then
  for source in c/*.c; do
    riscv64-unknown-elf-gcc -march=rv32im -mabi=ilp32 -O2 -static -nostdlib -ffreestanding -fno-tree-loop-distribute-patterns \
      -Wall -Wextra -Werror -Ilib -T lib/link.ld -Wl,--build-id=none,--no-warn-rwx-segments -s \
      lib/crt.S "$source" lib/millrace.c -lgcc -o "$out/$(basename "$source" .c).elf"
  done
else
  echo "left out C: no riscv64-unknown-elf-gcc" >&2
fi

if rustc --print target-libdir --target riscv32im-unknown-none-elf 2> /dev/null | xargs test -d; then
  for source in rust/*.rs; do
    name=$(basename "$source" .rs)
    [ "$name" = millrace ] && continue
    rustc --edition 2021 --target riscv32im-unknown-none-elf -C opt-level=2 -C panic=abort -C strip=symbols \
      -C link-arg=-Tlib/link.ld -C link-arg=--build-id=none -A unused "$source" -o "$out/$name-rust.elf"
  done
else
  echo "left out Rust: no rustc with the target riscv32im-unknown-none-elf" >&2
fi
