//! How soon freed memory goes back to the system.

/// Stretches of so many bytes go back as soon as they are freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const GIVEN_BACK_BYTES: libc::c_int = 256 << 10;

/// Freed memory goes back at once. The C library raises this threshold as large stretches are freed, up to 32 MiB,
/// and then keeps what a finished stage held beside what the next one takes; a run that is to get along with
/// little memory would pay for it. It costs up to a tenth of the time.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back_at_once() {
    // SAFETY: it sets two numbers of the allocator, behind its lock; other threads may allocate meanwhile.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, GIVEN_BACK_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, GIVEN_BACK_BYTES);
    }
}

/// Elsewhere the allocator decides.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back_at_once() {}
