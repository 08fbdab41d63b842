// The environment in which the RISC-V community's tests of unprivileged instructions run as plain programs: they exit with
// 0, or with the number of the test that failed.
#ifndef CONFORMANCE_RISCV_TEST_H
#define CONFORMANCE_RISCV_TEST_H

#define RVTEST_RV32U
#define RVTEST_RV64U
#define TESTNUM gp
#define RVTEST_CODE_BEGIN .section .text.start; .globl _start; _start: li TESTNUM, 0;
#define RVTEST_CODE_END
#define RVTEST_PASS li a0, 0; li a7, 93; ecall;
#define RVTEST_FAIL mv a0, TESTNUM; li a7, 93; ecall;
#define EXTRA_DATA
#define RVTEST_DATA_BEGIN EXTRA_DATA
#define RVTEST_DATA_END

#endif
