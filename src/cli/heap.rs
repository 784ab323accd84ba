//! How soon freed memory goes back to the system.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use std::sync::atomic::{AtomicBool, Ordering};

/// Stretches of so many bytes go back as soon as they are freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const GIVEN_BACK_BYTES: libc::c_int = 256 << 10;

/// Freed memory goes back at once. The C library raises this threshold as large stretches are freed, up to 32 MiB,
/// and then keeps what a finished stage held beside what the next one takes; a run that is to get along with
/// little memory would pay for it. It costs up to a tenth of the time.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back_at_once() {
    IS_SCARCE.store(true, Ordering::Relaxed);
    // SAFETY: it sets two numbers of the allocator, behind its lock; other threads may allocate meanwhile.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, GIVEN_BACK_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, GIVEN_BACK_BYTES);
    }
}

/// Elsewhere the allocator decides.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back_at_once() {}

/// Whether memory is scarce.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
static IS_SCARCE: AtomicBool = AtomicBool::new(false);

/// Between two stages, where memory is scarce: small stretches go back too, of which the first stage freed many,
/// here and there.
pub fn give_back_small() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    if IS_SCARCE.load(Ordering::Relaxed) {
        // SAFETY: it is asked for at any time; the allocator holds its locks meanwhile.
        unsafe { libc::malloc_trim(0) };
    }
}
