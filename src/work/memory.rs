//! How much memory is free.

use std::fs;

/// Bytes that processes may still take, as the system or the container's limit says; `None` where neither
/// tells.
pub fn free_memory_bytes() -> Option<u64> {
    let system = fs::read_to_string("/proc/meminfo").ok().and_then(|table| available_bytes(&table));
    let number = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let limit = number("/sys/fs/cgroup/memory.max");
    let container = limit.map(|limit| {
        let taken = number("/sys/fs/cgroup/memory.current").unwrap_or(0);
        // what files are cached in can be given back
        let cached = fs::read_to_string("/sys/fs/cgroup/memory.stat").ok();
        let cached = cached.and_then(|table| field(&table, "inactive_file ")).unwrap_or(0);
        limit.saturating_sub(taken.saturating_sub(cached))
    });
    match (system, container) {
        (Some(system), Some(container)) => Some(system.min(container)),
        (system, container) => system.or(container),
    }
}

fn available_bytes(table: &str) -> Option<u64> {
    field(table, "MemAvailable:").map(|kibibytes| kibibytes * 1024)
}

pub(super) fn field(table: &str, name: &str) -> Option<u64> {
    let line = table.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_table_is_understood() {
        let table = "MemTotal:       24683000 kB\nMemFree:  1 kB\nMemAvailable:   12 kB\n";
        assert_eq!(available_bytes(table), Some(12 * 1024));
        assert_eq!(available_bytes("MemTotal: 3 kB\n"), None);
        if cfg!(target_os = "linux") {
            assert!(free_memory_bytes().is_some_and(|bytes| bytes > 1 << 20));
        }
    }
}
