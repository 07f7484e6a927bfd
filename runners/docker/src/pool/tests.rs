//! The bookkeeping of a pool, without sandboxes: texts stand for them.

use super::*;

fn failure() -> RunnerError {
    RunnerError::Failed { action: "start".into(), source: "no".into() }
}

fn pool() -> Pool<&'static str> {
    Pool::new(Circuit::default())
}

impl<S> Taken<S> {
    fn ready(self) -> S {
        match self {
            Self::Ready(sandbox) => sandbox,
            Self::Coming(_) => panic!("nothing is ready"),
        }
    }

    fn coming(self) -> oneshot::Receiver<Result<S, RunnerError>> {
        match self {
            Self::Ready(_) => panic!("one is ready"),
            Self::Coming(receiver) => receiver,
        }
    }
}

#[tokio::test]
async fn what_is_taken_is_made_again_and_nothing_twice() {
    let mut pool = pool();
    pool.want(2);
    assert_eq!((pool.start(), pool.start()), (2, 0));
    pool.started(Ok("a"));
    pool.started(Ok("b"));
    assert_eq!(pool.take("t").ready(), "a");
    assert_eq!((pool.start(), pool.start()), (1, 0));
}

#[tokio::test]
async fn who_waits_comes_before_the_pool() {
    let mut pool = pool();
    pool.want(1);
    let mut first = pool.take("t").coming();
    assert_eq!(pool.start(), 2);
    pool.started(Ok("a"));
    assert_eq!(first.try_recv().expect("served").expect("a sandbox"), "a");
    assert_eq!(pool.ready(), 0);
    pool.started(Ok("b"));
    assert_eq!(pool.ready(), 1);
}

#[tokio::test]
async fn who_waits_for_a_sandbox_that_does_not_come_clean_gets_one_that_is_ready() {
    let mut pool = pool();
    pool.want(1);
    pool.start();
    pool.started(Ok("ready"));
    pool.reset("one");
    let mut waiting = pool.take("one").coming();
    assert!(waiting.try_recv().is_err());
    pool.was_reset("one", None);
    assert_eq!(waiting.try_recv().expect("served").expect("a sandbox"), "ready");
}

#[tokio::test]
async fn nothing_is_started_for_who_has_gone() {
    let mut pool = pool();
    drop(pool.take("t").coming());
    assert_eq!(pool.start(), 0);
}

#[tokio::test]
async fn after_a_failure_everybody_is_told_and_nothing_is_tried() {
    let mut pool = pool();
    let mut first = pool.take("t").coming();
    let mut second = pool.take("t").coming();
    assert_eq!(pool.start(), 2);
    pool.started(Err(failure()));
    assert!(first.try_recv().expect("told").is_err());
    pool.started(Err(failure()));
    assert!(second.try_recv().expect("told").is_err());
    let mut third = pool.take("t").coming();
    assert_eq!(pool.start(), 0);
    assert!(third.try_recv().expect("told").is_err());
}

#[tokio::test]
async fn a_used_sandbox_serves_its_tenant_and_nobody_else() {
    let mut pool = pool();
    pool.reset("one");
    let mut other = pool.take("two").coming();
    pool.was_reset("one", Some("used"));
    assert!(other.try_recv().is_err());
    assert_eq!(pool.take("one").ready(), "used");
}

#[tokio::test]
async fn a_tenant_waits_for_its_own_though_another_is_ready() {
    let mut pool = pool();
    pool.want(1);
    assert_eq!(pool.start(), 1);
    pool.started(Ok("fresh"));
    pool.reset("one");
    let mut own = pool.take("one").coming();
    pool.was_reset("one", Some("used"));
    assert_eq!(own.try_recv().expect("served").expect("a sandbox"), "used");
}

#[tokio::test]
async fn what_is_made_clean_for_one_is_not_counted_for_another() {
    let mut pool = pool();
    (0..3).for_each(|_| pool.reset("one"));
    let _other = pool.take("two").coming();
    assert_eq!(pool.start(), 1);
}

#[tokio::test]
async fn a_start_that_nobody_needs_any_more_does_not_begin() {
    let mut pool = pool();
    drop(pool.take("t").coming());
    let waiting = pool.take("t").coming();
    assert_eq!(pool.start(), 1);
    drop(waiting);
    assert!(!pool.still_needs());
    assert!(pool.is_idle());
}

#[tokio::test]
async fn what_is_gone_is_counted() {
    let mut pool = pool();
    pool.want(1);
    pool.start();
    pool.started(Ok("a"));
    pool.take("t").ready();
    pool.lease();
    assert_eq!((pool.state("s".into()).leased, pool.state("s".into()).destroyed), (1, 0));
    pool.release();
    let state = pool.state("s".into());
    assert_eq!((state.created, state.destroyed, state.refilled_per_minute), (1, 1, 1));
}
