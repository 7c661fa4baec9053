//! Memory for what comes.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What is asked for at least.
const LEAST: usize = 1 << 20;

/// Makes the module's memory a quarter larger once it has grown. The allocator asks for a page of 64 KiB at a time, and
/// with each of them JavaScript's collector looks at everything: an account that fills would spend its time there.
pub fn make_room() {
    static KNOWN: AtomicUsize = AtomicUsize::new(0);
    if size() <= KNOWN.load(Relaxed) {
        return;
    }
    let mut room: Vec<u8> = Vec::new();
    // Without it everything goes on as before, page by page.
    if room.try_reserve_exact((size() / 4).max(LEAST)).is_ok() {
        black_box(room.as_ptr());
    }
    drop(room);
    KNOWN.store(size(), Relaxed);
}

/// Of the memory, in bytes.
fn size() -> usize {
    #[cfg(target_arch = "wasm32")]
    return std::arch::wasm32::memory_size::<0>() << 16;
    #[cfg(not(target_arch = "wasm32"))]
    0
}
