//! Figures of the machine, and of the process's use of it.

use std::fs::{File, read_to_string};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// Syncs of a changed page that the disk does in a second, one after the other.
pub(crate) fn syncs(folder: &Path) -> io::Result<f64> {
    let mut file = File::create(folder.join("syncs"))?;
    file.write_all(&[0; 1 << 20])?;
    file.sync_all()?;
    let began = Instant::now();
    let mut count = 0_u32;
    while began.elapsed() < Duration::from_secs(2) {
        file.seek(SeekFrom::Start(u64::from(count % 256) * 4_096))?;
        file.write_all(&[1; 4_096])?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

/// Processor time that this process has used, in seconds.
#[allow(dead_code, reason = "`compare` measures rates alone")]
pub(crate) fn processor_time() -> io::Result<f64> {
    // In nanoseconds: <https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat>.
    let mut nanos = 0.0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let stat = read_to_string(task?.path().join("schedstat"))?;
        let first = stat.split_whitespace().next();
        nanos += first.and_then(|text| text.parse().ok()).unwrap_or(0.0);
    }
    Ok(nanos / 1e9)
}

/// Largest resident memory of this process, in bytes.
#[allow(dead_code, reason = "`compare` measures rates alone")]
pub(crate) fn peak_memory() -> io::Result<u64> {
    let status = read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    Ok(kib.unwrap_or_default() << 10)
}
