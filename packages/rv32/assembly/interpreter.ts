import { dirty, guest, guestBytes, PAGE_BITS, REGISTERS } from "./layout";

const EXIT_CALL: u32 = 93;
const A7: usize = 17 << 2;

const RUNNING: u32 = 0;
const EXITED: u32 = 1;
const TRAPPED: u32 = 2;

/** Address of the next instruction. */
let pc: u32 = 0;
let status: u32 = RUNNING;

export function getPc(): u32 {
  return pc;
}

export function getStatus(): u32 {
  return status;
}

export function setControl(newPc: u32, newStatus: u32): void {
  pc = newPc;
  status = newStatus;
}

/**
 * Steps until the machine stands still, or has done so many; what is right is what `Machine.step` does.
 *
 * Every return but the last is a trap or the exit: that step counts, and leaves the pc at its instruction.
 * @returns steps done
 */
export function run(limit: u64): u64 {
  if (status !== RUNNING) return 0;
  const base = guest;
  const size = guestBytes;
  const flags = dirty;
  let at = pc;
  for (let left = limit; left !== 0; --left) {
    const done = limit - left + 1;
    if (isOutside(at, 4, size)) return stop(at, TRAPPED, done);
    const word = load<u32>(base + at);
    // Bits 2 to 6 name the operation, a dense table, once bits 0 and 1 are known to be set.
    if ((word & 3) !== 3) return stop(at, TRAPPED, done);
    const function3 = (word >> 12) & 7;
    let next = at + 4;
    switch ((word >> 2) & 31) {
      case 0x00: {
        // LOAD
        const address = rs1(word) + immediateI(word);
        if (isOutside(address, 1 << (function3 & 3), size)) return stop(at, TRAPPED, done);
        const place = base + address;
        switch (function3) {
          case 0:
            write(word, load<i8>(place));
            break;
          case 1:
            write(word, load<i16>(place));
            break;
          case 2:
            write(word, load<u32>(place));
            break;
          case 4:
            write(word, load<u8>(place));
            break;
          case 5:
            write(word, load<u16>(place));
            break;
          default:
            return stop(at, TRAPPED, done);
        }
        break;
      }
      case 0x03: // FENCE
        if (function3 !== 0) return stop(at, TRAPPED, done);
        break;
      case 0x04: {
        // OP-IMM
        const a = rs1(word);
        const immediate = immediateI(word);
        switch (function3) {
          case 0:
            write(word, a + immediate);
            break;
          case 1:
            if (word >> 25 !== 0) return stop(at, TRAPPED, done);
            write(word, a << (immediate & 31));
            break;
          case 2:
            write(word, u32(<i32>a < <i32>immediate));
            break;
          case 3:
            write(word, u32(a < immediate));
            break;
          case 4:
            write(word, a ^ immediate);
            break;
          case 5: {
            const variant = word >> 25;
            if (variant === 0) write(word, a >> (immediate & 31));
            else if (variant === 0x20) write(word, (<i32>a) >> (immediate & 31));
            else return stop(at, TRAPPED, done);
            break;
          }
          case 6:
            write(word, a | immediate);
            break;
          default:
            write(word, a & immediate);
        }
        break;
      }
      case 0x05: // AUIPC
        write(word, at + upper(word));
        break;
      case 0x08: {
        // STORE
        const address = rs1(word) + ((((<i32>word) >> 25) << 5) | ((word >> 7) & 31));
        if (isOutside(address, 1 << (function3 & 3), size)) return stop(at, TRAPPED, done);
        const place = base + address;
        const value = rs2(word);
        if (function3 === 2) store<u32>(place, value);
        else if (function3 === 0) store<u8>(place, value);
        else if (function3 === 1) store<u16>(place, value);
        else return stop(at, TRAPPED, done);
        store<u8>(flags + (address >> PAGE_BITS), 1);
        break;
      }
      case 0x0c: {
        // OP
        const a = rs1(word);
        const b = rs2(word);
        const variant = word >> 25;
        if (variant === 0) {
          switch (function3) {
            case 0:
              write(word, a + b);
              break;
            case 1:
              write(word, a << (b & 31));
              break;
            case 2:
              write(word, u32(<i32>a < <i32>b));
              break;
            case 3:
              write(word, u32(a < b));
              break;
            case 4:
              write(word, a ^ b);
              break;
            case 5:
              write(word, a >> (b & 31));
              break;
            case 6:
              write(word, a | b);
              break;
            default:
              write(word, a & b);
          }
        } else if (variant === 1) write(word, multiplyOrDivide(a, b, function3));
        else if (variant === 0x20 && function3 === 0) write(word, a - b);
        else if (variant === 0x20 && function3 === 5) write(word, (<i32>a) >> (b & 31));
        else return stop(at, TRAPPED, done);
        break;
      }
      case 0x0d: // LUI
        write(word, upper(word));
        break;
      case 0x18: {
        // BRANCH
        const a = rs1(word);
        const b = rs2(word);
        let taken = false;
        switch (function3) {
          case 0:
            taken = a === b;
            break;
          case 1:
            taken = a !== b;
            break;
          case 4:
            taken = <i32>a < <i32>b;
            break;
          case 5:
            taken = <i32>a >= <i32>b;
            break;
          case 6:
            taken = a < b;
            break;
          case 7:
            taken = a >= b;
            break;
          default:
            return stop(at, TRAPPED, done);
        }
        if (taken) {
          next = at + immediateB(word);
          if ((next & 3) !== 0) return stop(at, TRAPPED, done);
        }
        break;
      }
      case 0x19: {
        // JALR: the target is read before the link is written, which may be the same register.
        const target = (rs1(word) + immediateI(word)) & ~1;
        if (function3 !== 0 || (target & 3) !== 0) return stop(at, TRAPPED, done);
        write(word, next);
        next = target;
        break;
      }
      case 0x1b: {
        // JAL
        const target = at + immediateJ(word);
        if ((target & 3) !== 0) return stop(at, TRAPPED, done);
        write(word, next);
        next = target;
        break;
      }
      case 0x1c: // SYSTEM
        return stop(at, word === 0x73 && load<u32>(REGISTERS + A7) === EXIT_CALL ? EXITED : TRAPPED, done);
      default:
        return stop(at, TRAPPED, done);
    }
    at = next;
  }
  pc = at;
  return limit;
}

function stop(at: u32, newStatus: u32, steps: u64): u64 {
  pc = at;
  status = newStatus;
  return steps;
}

// Division by zero gives all ones and the dividend as remainder; the most negative by −1, which WebAssembly traps on,
// gives itself and 0.
function multiplyOrDivide(a: u32, b: u32, function3: u32): u32 {
  switch (function3) {
    case 0:
      return a * b;
    case 1:
      return <u32>((<i64>(<i32>a) * <i64>(<i32>b)) >> 32);
    case 2:
      return <u32>((<i64>(<i32>a) * <i64>b) >> 32);
    case 3:
      return <u32>((<u64>a * <u64>b) >> 32);
    case 4:
      if (b === 0) return 0xffffffff;
      return a === 0x80000000 && b === 0xffffffff ? a : <u32>(<i32>a / <i32>b);
    case 5:
      return b === 0 ? 0xffffffff : a / b;
    case 6:
      if (b === 0) return a;
      return b === 0xffffffff ? 0 : <u32>(<i32>a % <i32>b);
    default:
      return b === 0 ? a : a % b;
  }
}

// ─── FIELDS ───

function isOutside(address: u32, bytes: u32, size: u32): bool {
  return (address & (bytes - 1)) !== 0 || address >= size;
}

function rs1(word: u32): u32 {
  return load<u32>(REGISTERS + ((word >> 13) & 0x7c));
}

function rs2(word: u32): u32 {
  return load<u32>(REGISTERS + ((word >> 18) & 0x7c));
}

/** Writes the register that bits 7 to 11 name; x0 is zero again after it. */
function write(word: u32, value: u32): void {
  store<u32>(REGISTERS + ((word >> 5) & 0x7c), value);
  store<u32>(REGISTERS, 0);
}

function upper(word: u32): u32 {
  return word & 0xfffff000;
}

function immediateI(word: u32): u32 {
  return <u32>((<i32>word) >> 20);
}

function immediateB(word: u32): u32 {
  return (<u32>(((<i32>word) >> 31) << 12)) | ((word << 4) & 0x800) | ((word >> 20) & 0x7e0) | ((word >> 7) & 0x1e);
}

function immediateJ(word: u32): u32 {
  return (<u32>(((<i32>word) >> 31) << 20)) | (word & 0xff000) | ((word >> 9) & 0x800) | ((word >> 20) & 0x7fe);
}
