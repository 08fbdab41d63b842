# Start-up. The machine begins with sp at the end of the program's half of memory, a0 at the input, a1 at the
# output, a2 the bytes of each; all memory that the program file does not name is zero.
    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la   gp, __global_pointer$
    .option pop
    la   t0, millrace_regions
    sw   a0, 0(t0)
    sw   a1, 4(t0)
    sw   a2, 8(t0)
    sw   sp, 12(t0)
    call main
    .globl millrace_exit
millrace_exit:
    li   a7, 93
    ecall

    .section .bss
    .balign 4
    .globl millrace_regions
millrace_regions:
    .skip 16

    .text
