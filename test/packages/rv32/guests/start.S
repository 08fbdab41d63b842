    .globl _start
    .section .text.start
_start:
    .option push
    .option norelax
    la   gp, __global_pointer$
    .option pop
    li   sp, 0x3f00
    call main
    li   a7, 93
    ecall
