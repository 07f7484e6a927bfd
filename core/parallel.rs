//! Work on many files: on all processors, and with its results in the files' order.
//!
//! The threads are a piece of work's own, and not a pool's: where a small check meets a large one,
//! the kernel gives each its share, and nobody waits behind a queue of somebody else's files.

use std::convert::Infallible;
use std::panic::resume_unwind;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

use tokio::sync::Semaphore;
use tokio::task::{JoinError, spawn_blocking};

/// Pieces of work at one time, in all of this process: more than there are processors only need
/// more memory.
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(processors()));

/// Does work that never waits, on threads that may be kept busy, when it is its turn.
pub(crate) async fn in_turn<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, JoinError> {
    let turn = TURNS.acquire().await.expect("nobody closes it");
    spawn_blocking(move || {
        // Whoever asked may be gone; the processors are busy all the same.
        let _turn = turn;
        work()
    })
    .await
}

/// What `work` makes of each item, on as many threads as the machine has processors.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let Ok(made) = try_map(items, |item| Ok::<R, Infallible>(work(item)));
    made
}

/// The same for work that can fail. The first failure, in the order of the items, is the error, and
/// no further items are begun.
pub(crate) fn try_map<T: Sync, R: Send, E: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let threads = processors().min(items.len());
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let worker = || {
        let mut done = Vec::new();
        // What stands before a failure was begun before it, so the first is always among them.
        while !failed.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { break };
            let made = work(item);
            failed.fetch_or(made.is_err(), Ordering::Relaxed);
            done.push((index, made));
        }
        done
    };
    let mut done: Vec<(usize, Result<R, E>)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(joined).collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, made)| made).collect()
}

fn joined<R>(worker: ScopedJoinHandle<'_, R>) -> R {
    worker.join().unwrap_or_else(|panic| resume_unwind(panic))
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::{map, try_map};

    #[test]
    fn results_have_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(
            map(&items, |item| item * 2),
            items.iter().map(|item| item * 2).collect::<Vec<_>>()
        );
    }

    #[test]
    fn the_first_failure_is_the_error_and_ends_the_work() {
        let items: Vec<usize> = (0..100_000).collect();
        for _ in 0..100 {
            let begun = AtomicUsize::new(0);
            let failed = try_map(&items, |item| {
                begun.fetch_add(1, Ordering::Relaxed);
                if *item == 7 || *item >= 9 { Err(*item) } else { Ok(()) }
            });
            assert_eq!(failed, Err(7));
            assert!(begun.into_inner() < items.len());
        }
    }
}
