#!/usr/bin/env bash
# Compiles every guest at two levels of optimisation. Needs gcc-riscv64-unknown-elf.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for source in *.c; do
  for level in 0 2; do
    riscv64-unknown-elf-gcc -march=rv32im -mabi=ilp32 -O$level -static -nostdlib -ffreestanding -fno-builtin -Wall \
      -Wl,-Ttext=0x100,--build-id=none,--no-warn-rwx-segments,-N -s start.S "$source" -o "${source%.c}-O$level.elf"
  done
done
