//! What a program on the machine has: an input, an output, and its memory. `crt.S` calls `main`.

use core::alloc::{GlobalAlloc, Layout};
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicUsize, Ordering};

core::arch::global_asm!(include_str!("../lib/crt.S"));

/// Each of the two regions begins with a leaf of 32 bytes that holds the length; the bytes follow.
const LEAF: usize = 32;
const STACK_BYTES: usize = 0x10000;
const PANICKED: i32 = 101;

#[repr(C)]
struct Regions {
    input: *const u8,
    output: *mut u8,
    bytes: usize,
    stack_top: usize,
}

extern "C" {
    static millrace_regions: Regions;
    static __heap_start: u8;
    fn millrace_exit(code: i32) -> !;
}

pub fn input() -> &'static [u8] {
    unsafe {
        let length = *(millrace_regions.input as *const u32) as usize;
        core::slice::from_raw_parts(millrace_regions.input.add(LEAF), length)
    }
}

/// Where the output goes; `output_length` says how much of it counts.
pub fn output() -> &'static mut [u8] {
    unsafe { core::slice::from_raw_parts_mut(millrace_regions.output.add(LEAF), millrace_regions.bytes - LEAF) }
}

pub fn output_length(length: usize) {
    unsafe { (millrace_regions.output as *mut u32).write_volatile(length as u32) }
}

/// Memory that is never given back. There is one hart: the atomic is for the compiler only, and is plain loads and
/// stores here.
struct Bump(AtomicUsize);

unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let before = self.0.load(Ordering::Relaxed);
        let free = if before == 0 { &__heap_start as *const u8 as usize } else { before };
        let start = (free + layout.align() - 1) & !(layout.align() - 1);
        let end = start + layout.size();
        if end + STACK_BYTES > millrace_regions.stack_top {
            return core::ptr::null_mut();
        }
        self.0.store(end, Ordering::Relaxed);
        start as *mut u8
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static HEAP: Bump = Bump(AtomicUsize::new(0));

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    unsafe { millrace_exit(PANICKED) }
}
