# Start-up that is the same on the machine and under an emulator of user programs, but for its end: there it writes the
# whole of the data, bss and stack to standard output before it exits. Both ends have the same length, so that all
# addresses are the same too.
    .globl _start
    .section .text.start, "ax"
_start:
    .option push
    .option norelax
    la   gp, __global_pointer$
    la   sp, __stack_top
    li   a0, 0
    li   a1, 0
    call main
    # The exit code is kept where nothing else is.
    mv   s0, a0
#ifdef DUMP
    la   s1, __memory_start
    la   s2, __memory_end
1:  bgeu s1, s2, 2f
    li   a0, 1
    mv   a1, s1
    sub  a2, s2, s1
    li   a7, 64
    ecall
    add  s1, s1, a0
    j    1b
2:
#else
    .rept 12
    nop
    .endr
#endif
    .option pop
    mv   a0, s0
    li   a7, 93
    ecall
