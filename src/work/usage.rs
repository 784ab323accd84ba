//! What this process has used so far.

/// User and system time of all its threads; `None` where the system does not tell.
pub fn process_cpu_seconds() -> Option<f64> {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Some(time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
    }
    #[cfg(not(unix))]
    None
}

/// The most that it ever had in memory; `None` where the system does not tell.
pub fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    super::memory::field(&status, "VmHWM:").map(|kibibytes| kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_takes_time_and_memory() {
        let before = process_cpu_seconds();
        let numbers: Vec<u64> =
            (0..2_000_000u64).map(|number| number.wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect();
        assert!(std::hint::black_box(&numbers).len() == 2_000_000);
        if cfg!(unix) {
            assert!(process_cpu_seconds() > before);
        }
        if cfg!(target_os = "linux") {
            assert!(peak_memory_bytes().is_some_and(|bytes| bytes > 16_000_000));
        }
    }
}
