//! Turns as jobs get them. The runner behind the queue runs nothing: it notes who came, and ends a
//! job when it is told to.

use std::time::Duration;

use lazaret_sandbox::Installation;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::*;

/// Says who came, then waits until it may end.
struct Gate {
    came: mpsc::UnboundedSender<String>,
    may_end: Arc<Semaphore>,
}

#[async_trait]
impl Runner for Gate {
    async fn run(&self, job: Job, _: Events) -> Result<Outcome, RunnerError> {
        self.came.send(job.entry.path).expect("the test listens");
        self.may_end.acquire().await.expect("open").forget();
        Ok(Outcome::success(Isolation::Process))
    }

    async fn ready(&self) -> Result<Isolation, RunnerError> {
        Ok(Isolation::Process)
    }

    async fn platform(&self, interpreter: Interpreter) -> Result<String, RunnerError> {
        Ok(interpreter.name().into())
    }
}

struct Scene {
    queue: Arc<Queue>,
    came: mpsc::UnboundedReceiver<String>,
    may_end: Arc<Semaphore>,
}

type Running = JoinHandle<Result<Outcome, RunnerError>>;

impl Scene {
    fn new(concurrent: u32, waiting: u32, patience: Duration) -> Self {
        let (sender, came) = mpsc::unbounded_channel();
        let may_end = Arc::new(Semaphore::new(0));
        let gate = Gate { came: sender, may_end: Arc::clone(&may_end) };
        let concurrent = NonZeroU32::new(concurrent).expect("not zero");
        let config = QueueConfig { concurrent, waiting, patience: Time(patience) };
        Self { queue: Arc::new(Queue::new(Arc::new(gate), config)), came, may_end }
    }

    /// A job of the tenant that its name begins with, once it has a turn or a place.
    async fn submit(&self, name: &str) -> Running {
        self.submit_job(job(name)).await
    }

    async fn submit_job(&self, job: Job) -> Running {
        let queue = Arc::clone(&self.queue);
        let running = tokio::spawn(async move { queue.run(job, Events::none()).await });
        // On one thread, the job gets as far as it can before this goes on.
        tokio::task::yield_now().await;
        running
    }

    /// Who came to the runner, when `count` jobs end one after another.
    async fn order(&mut self, count: usize) -> String {
        let mut names = Vec::new();
        for _ in 0..count {
            names.push(self.came.recv().await.expect("another comes"));
            self.may_end.add_permits(1);
        }
        names.join(" ")
    }
}

fn job(name: &str) -> Job {
    Job { tenant: name[..1].into(), ..Job::script(Interpreter::Bash, name, "") }
}

/// An installer for the tenant that its name begins with.
fn installer(name: &str) -> Job {
    let (into, sources) = ("/nowhere".into(), Vec::new());
    Job {
        installation: Some(Installation { into, sources, platform: String::new(), network: true }),
        ..job(name)
    }
}

const LONG: Duration = Duration::from_mins(10);

#[tokio::test]
async fn a_flood_of_one_tenant_delays_another_by_one_job() {
    let mut scene = Scene::new(1, 64, LONG);
    let mut jobs = Vec::new();
    for name in ["a1", "a2", "a3", "a4", "a5", "b1", "b2"] {
        jobs.push(scene.submit(name).await);
    }
    assert_eq!(scene.order(7).await, "a1 a2 b1 a3 b2 a4 a5");
    for job in jobs {
        assert!(job.await.expect("no panic").is_ok());
    }
    assert_eq!(scene.queue.state().running, 0);
}

#[tokio::test]
async fn no_more_run_at_one_time_than_may() {
    let mut scene = Scene::new(2, 1, LONG);
    let _jobs = [scene.submit("a1").await, scene.submit("a2").await, scene.submit("a3").await];
    let refused = scene.submit("a4").await.await.expect("no panic");
    assert!(matches!(refused, Err(RunnerError::Busy { waiting: 1 })), "{refused:?}");
    let state = scene.queue.state();
    assert_eq!((state.running, state.waiting), (2, 1));
    assert_eq!(
        [scene.came.recv().await, scene.came.recv().await].map(Option::unwrap_or_default),
        ["a1", "a2"]
    );
    assert!(scene.came.try_recv().is_err(), "the third waits");
}

#[tokio::test]
async fn a_full_line_makes_room_for_another_tenant() {
    let mut scene = Scene::new(1, 2, LONG);
    let _running = [scene.submit("a1").await, scene.submit("a2").await];
    let displaced = scene.submit("a3").await;
    let _other = scene.submit("b1").await;
    let answer = displaced.await.expect("no panic");
    assert!(matches!(answer, Err(RunnerError::Busy { .. })), "{answer:?}");
    assert_eq!(scene.order(3).await, "a1 a2 b1");
}

#[tokio::test]
async fn who_gives_up_leaves_at_once_and_loses_nobody_a_turn() {
    let mut scene = Scene::new(1, 1, LONG);
    let running = scene.submit("a1").await;
    let impatient = scene.submit("a2").await;
    impatient.abort();
    assert!(impatient.await.expect_err("cut short").is_cancelled());
    assert_eq!(scene.queue.state().waiting, 0);
    let last = scene.submit("a3").await;
    assert_eq!(scene.order(2).await, "a1 a3");
    assert!(running.await.expect("no panic").is_ok() && last.await.expect("no panic").is_ok());
}

/// The turn was given, and whoever it was given to went away before hearing of it.
#[tokio::test]
async fn a_turn_that_nobody_takes_is_handed_on() {
    let scene = Scene::new(1, 2, LONG);
    let tenant = "a";
    let Ok(Entered::Turn(turn)) = scene.queue.turns.enter(tenant) else { panic!("it is free") };
    let Ok(Entered::Line(first)) = scene.queue.turns.enter(tenant) else { panic!("a place") };
    let Ok(Entered::Line(mut second)) = scene.queue.turns.enter(tenant) else { panic!("a place") };
    drop(turn);
    drop(first);
    drop(second.called().await.expect("its turn"));
    drop(second);
    assert_eq!(scene.queue.state().running, 0);
}

#[tokio::test]
async fn nobody_waits_for_longer_than_may() {
    let scene = Scene::new(1, 9, Duration::from_millis(20));
    let _running = scene.submit("a1").await;
    let answer = scene.submit("b1").await.await.expect("no panic");
    let Err(error) = answer else { panic!("it never got a turn") };
    assert_eq!(error.to_string(), "cannot take the job: its turn did not come within 20ms");
    assert_eq!(scene.queue.state().waiting, 0);
}

#[tokio::test]
async fn a_closed_queue_sends_away_who_waits_and_who_comes() {
    let mut scene = Scene::new(1, 9, LONG);
    let running = scene.submit("a1").await;
    let waiting = scene.submit("a2").await;
    scene.queue.close().await;
    for sent_away in [waiting, scene.submit("a3").await] {
        let answer = sent_away.await.expect("no panic");
        assert!(matches!(answer, Err(RunnerError::Closed)), "{answer:?}");
    }
    assert_eq!(scene.order(1).await, "a1");
    assert!(running.await.expect("no panic").is_ok());
}

/// A tenant whose packages come slowly keeps no program waiting, and no other tenant's packages for long.
#[tokio::test]
async fn installers_have_turns_of_their_own() {
    let mut scene = Scene::new(2, 9, LONG);
    for name in ["a1", "a2", "a3", "b1"] {
        scene.submit_job(installer(name)).await;
    }
    scene.submit("b2").await;
    assert_eq!(scene.order(5).await, "a1 b2 a2 b1 a3");
}

/// The queue is in front of the runner that programs' packages are installed for.
#[tokio::test]
async fn what_is_asked_of_the_queue_is_the_runners_answer() {
    let scene = Scene::new(1, 1, LONG);
    let platform = scene.queue.platform(Interpreter::Node).await;
    assert_eq!(platform.expect("an answer"), "node");
}
