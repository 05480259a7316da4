//! Times of benches: nothing is asserted of them.

#![allow(clippy::float_arithmetic, clippy::cast_precision_loss)] // Ratios of times, never of money.

use std::time::{Duration, Instant};

/// What closed loops reached.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// Answers a second.
    pub rate: f64,
    /// The time that half of them did not exceed, in microseconds.
    pub p50: f64,
    /// The time that 99 of a hundred did not exceed, in microseconds.
    pub p99: f64,
}

/// Closed loops: each worker has one piece of work outstanding.
///
/// # Panics
/// When a worker does.
#[must_use]
pub fn rate(workers: usize, run: Duration, make: impl Fn(usize) -> Box<dyn FnMut() + Send>) -> Measured {
    let threads: Vec<_> = (0..workers)
        .map(|n| {
            let mut work = make(n);
            std::thread::spawn(move || {
                let (end, mut times) = (Instant::now() + run, Vec::new());
                while Instant::now() < end {
                    let start = Instant::now();
                    work();
                    times.push(start.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times: Vec<Duration> = threads.into_iter().flat_map(|t| t.join().expect("a worker ends")).collect();
    times.sort_unstable();
    let micros = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e6;
    Measured { rate: times.len() as f64 / run.as_secs_f64(), p50: micros(50), p99: micros(99) }
}

/// The quickest of some runs, in milliseconds.
#[must_use]
pub fn best(runs: usize, mut run: impl FnMut()) -> f64 {
    let times = (0..runs).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64() * 1e3
    });
    times.fold(f64::INFINITY, f64::min)
}
