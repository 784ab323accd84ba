//! Work in parallel, results in order, a bounded amount under way.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use crate::barrier::{CarriedPanic, carried};
use crate::error::Result;

/// How long a pool's own thread waits for a result before it looks for other work again.
const LOOK_AGAIN: Duration = Duration::from_micros(200);

/// Runs `work` on the current rayon pool over what `next` gives, and hands the results to `take` in that
/// order.
///
/// `next` and `take` run on the calling thread, `next` while work is going on, so that decompression, say,
/// goes on beside it. `next` says what each job weighs; no more is started while `weight_limit` or more is
/// under way or waits to be taken. On a thread of the pool, the caller works too while it waits: a pool of
/// one thread is enough.
///
/// # Errors
/// The first error of `next` or `take`; nothing is taken after it.
pub(super) fn in_order<S, J: Send, R: Send>(
    state: &mut S,
    weight_limit: usize,
    mut next: impl FnMut(&mut S) -> Result<Option<(J, usize)>>,
    work: impl Fn(J) -> R + Sync,
    mut take: impl FnMut(&mut S, R) -> Result<()>,
) -> Result<()> {
    let (sender, receiver) = mpsc::channel::<(u64, Result<R, CarriedPanic>)>();
    let work = &work;
    let cancelled = &AtomicBool::new(false);
    rayon::in_place_scope_fifo(|scope| {
        let mut run = || {
            // Jobs under way in order, with their results once they are there.
            let mut under_way: VecDeque<(usize, Option<R>)> = VecDeque::new();
            let (mut first, mut weight_under_way, mut at_end) = (0_u64, 0_usize, false);
            loop {
                while let Ok((number, result)) = receiver.try_recv() {
                    place(&mut under_way, first, number, result);
                }
                if under_way.front().is_some_and(|(_, result)| result.is_some()) {
                    if let Some((weight, Some(result))) = under_way.pop_front() {
                        first += 1;
                        weight_under_way -= weight;
                        take(state, result)?;
                    }
                } else if !at_end && weight_under_way < weight_limit {
                    let Some((job, weight)) = next(state)? else {
                        at_end = true;
                        continue;
                    };
                    let number = first + under_way.len() as u64;
                    under_way.push_back((weight, None));
                    weight_under_way += weight;
                    let sender = sender.clone();
                    scope.spawn_fifo(move |_| {
                        if !cancelled.load(Ordering::Relaxed) {
                            let result = carried(|| work(job));
                            // Nobody listens any more only after an error.
                            let _ = sender.send((number, result));
                        }
                    });
                } else if under_way.is_empty() {
                    return Ok(());
                } else if let Some((number, result)) = wait(&receiver) {
                    place(&mut under_way, first, number, result);
                }
            }
        };
        let outcome = carried(&mut run);
        cancelled.store(true, Ordering::Relaxed);
        outcome.unwrap_or_else(|panic| panic.resume())
    })
}

fn place<R>(
    under_way: &mut VecDeque<(usize, Option<R>)>,
    first: u64,
    number: u64,
    result: Result<R, CarriedPanic>,
) {
    match result {
        Ok(result) => under_way[(number - first) as usize].1 = Some(result),
        Err(panic) => panic.resume(),
    }
}

/// A result, or `None` after other work was done or some time has passed.
fn wait<T>(receiver: &mpsc::Receiver<T>) -> Option<T> {
    match rayon::yield_now() {
        Some(rayon::Yield::Executed) => None,
        Some(rayon::Yield::Idle) => receiver.recv_timeout(LOOK_AGAIN).ok(),
        None => receiver.recv().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn squares(threads: usize, weight_limit: usize) -> Vec<u64> {
        let run = || {
            let mut state = (0_u64, Vec::new());
            in_order(
                &mut state,
                weight_limit,
                |state| {
                    state.0 += 1;
                    Ok((state.0 <= 100).then_some((state.0, 1)))
                },
                |number| {
                    // Later jobs end earlier.
                    std::thread::sleep(Duration::from_micros((100 - number) * 5));
                    number * number
                },
                |state, square| {
                    state.1.push(square);
                    Ok(())
                },
            )
            .unwrap();
            state.1
        };
        match threads {
            0 => run(),
            _ => rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run),
        }
    }

    #[test]
    fn results_come_in_order_inside_and_outside_a_pool() {
        let expected: Vec<u64> = (1..=100).map(|number| number * number).collect();
        for threads in [0, 1, 2, 7] {
            for weight_limit in [1, 5, 1000] {
                assert_eq!(
                    squares(threads, weight_limit),
                    expected,
                    "{threads} threads, {weight_limit} under way"
                );
            }
        }
    }

    #[test]
    fn no_more_is_under_way_than_allowed() {
        let (started, taken) = (&std::sync::atomic::AtomicU64::new(0), &mut 0_u64);
        in_order(
            taken,
            3,
            |taken| {
                let number = started.fetch_add(1, Ordering::Relaxed);
                assert!(number - *taken < 3);
                Ok((number < 50).then_some(((), 1)))
            },
            |()| (),
            |taken, ()| {
                *taken += 1;
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(*taken, 50);
    }

    #[test]
    fn an_error_ends_it_and_a_panic_goes_through() {
        let run = |work: fn(u64) -> u64| {
            in_order(
                &mut 0_u64,
                4,
                |n| {
                    *n += 1;
                    Ok(Some((*n, 1)))
                },
                work,
                |_, n| if n == 10 { Err(Error::Interrupted) } else { Ok(()) },
            )
        };
        assert!(matches!(run(|n| n), Err(Error::Interrupted)));
        let panicked = carried(|| run(|n| if n == 5 { panic!("as planned") } else { n }));
        assert!(panicked.is_err());
    }
}
