//! One call of a policy, in an instance that was never used and is never used again.

use std::sync::Arc;
use std::time::Duration;

use lazaret_analysis::printable;
use wasmtime::{Store, Trap};

use crate::bindings::submission::{Dependency, LazaretSubmissionPolicyPre, Located};
use crate::bindings::{LazaretPolicy, LazaretPolicyPre, SettingsError, types};
use crate::runtime::{Runtime, TICK};
use crate::state::{Limit, LogLevel, State, nodes};
use crate::subject::Subject;
use crate::{Failure, Limits};

/// A policy in a fresh instance. Each call uses it up.
pub(crate) struct Run<'a> {
    store: Store<State>,
    limits: &'a Limits,
    fuel: u64,
}

/// What a policy said: findings as they came, or checked.
pub(crate) struct Said<Finding> {
    pub(crate) findings: Vec<Finding>,
    /// The fuel that it took.
    pub(crate) fuel: u64,
    pub(crate) lines: Vec<(LogLevel, String)>,
}

impl<'a> Run<'a> {
    /// A run that looks at `subject`, or at none: at many files together, or a trial. What it judges
    /// has `size` bytes.
    pub(crate) fn new(
        runtime: &Runtime,
        subject: Option<Arc<Subject>>,
        size: u64,
        limits: &'a Limits,
    ) -> Self {
        let fuel = limits.fuel.saturating_add(limits.fuel_per_byte.saturating_mul(size));
        let mut store = Store::new(&runtime.engine, State::new(subject, limits));
        store.limiter(|state| state);
        store.set_fuel(fuel).expect("the engine counts fuel");
        store.set_epoch_deadline(ticks(limits.deadline));
        store.set_hostcall_fuel(limits.transfer());
        Self { store, limits, fuel }
    }

    /// What the policy is.
    pub(crate) fn describe(
        mut self,
        policy: &LazaretPolicyPre<State>,
    ) -> Result<types::Manifest, Failure> {
        let described = self
            .instantiate(policy)
            .and_then(|policy| policy.lazaret_policy_policy().call_describe(&mut self.store));
        described.map_err(|error| self.failure(error))
    }

    /// What is wrong with the settings.
    pub(crate) fn validate_settings(
        mut self,
        policy: &LazaretPolicyPre<State>,
        settings: &String,
    ) -> Result<Vec<SettingsError>, Failure> {
        let problems = self.instantiate(policy).and_then(|policy| {
            policy.lazaret_policy_policy().call_validate_settings(&mut self.store, settings)
        });
        problems.map_err(|error| self.failure(error))
    }

    /// What the policy says about `unit`.
    pub(crate) fn check(
        mut self,
        policy: &LazaretPolicyPre<State>,
        settings: &String,
        unit: &types::Unit,
    ) -> Result<Said<types::Finding>, Failure> {
        let said = self.instantiate(policy).and_then(|policy| {
            policy.lazaret_policy_policy().call_check(&mut self.store, settings, unit)
        });
        self.said(said)
    }

    /// Whether the policy has the types of the contract, as far as it judges submissions.
    pub(crate) fn try_submission(
        mut self,
        policy: &LazaretSubmissionPolicyPre<State>,
    ) -> Result<(), Failure> {
        let instance = policy.instantiate(&mut self.store);
        instance.map(drop).map_err(|error| self.failure(error))
    }

    /// What the policy says about a submission.
    pub(crate) fn check_submission(
        mut self,
        policy: &LazaretSubmissionPolicyPre<State>,
        settings: &String,
        units: &[types::Unit],
        dependencies: &[Dependency],
    ) -> Result<Said<Located>, Failure> {
        let instance = policy.instantiate(&mut self.store);
        let said = instance.and_then(|policy| {
            let policy = policy.lazaret_policy_submission_policy();
            policy.call_check_submission(&mut self.store, settings, units, dependencies)
        });
        self.said(said)
    }

    fn said<Finding>(
        self,
        said: wasmtime::Result<Result<Vec<Finding>, String>>,
    ) -> Result<Said<Finding>, Failure> {
        match said {
            Ok(Ok(findings)) => {
                let left = self.store.get_fuel().expect("the engine counts fuel");
                let fuel = self.fuel.saturating_sub(left);
                Ok(Said { findings, fuel, lines: self.store.into_data().lines })
            }
            Ok(Err(message)) => Err(Failure::Said(printable(&message))),
            Err(error) => Err(self.failure(error)),
        }
    }

    fn instantiate(&mut self, policy: &LazaretPolicyPre<State>) -> wasmtime::Result<LazaretPolicy> {
        policy.instantiate(&mut self.store)
    }

    /// Which limit was broken; a trap, where none was.
    fn failure(self, error: wasmtime::Error) -> Failure {
        let limits = self.limits;
        let state = self.store.into_data();
        if let Some(limit) = error.downcast_ref::<Limit>() {
            return match limit {
                Limit::Memory => Failure::Memory { limit: limits.memory },
                Limit::Log => Failure::Log { limit: limits.log },
                Limit::Nodes => Failure::Nodes { limit: nodes(state.subject().as_deref(), limits) },
            };
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => Failure::Fuel { limit: self.fuel },
            Some(Trap::Interrupt) => Failure::Deadline { limit: limits.deadline },
            Some(Trap::StackOverflow) => Failure::Stack,
            _ => {
                let log = state.lines.into_iter().next_back().map(|(_, line)| line);
                Failure::Trapped { log, trap: error.into() }
            }
        }
    }
}

/// A deadline in ticks: one more, because the tick at hand has begun already.
fn ticks(deadline: Duration) -> u64 {
    u64::try_from(deadline.as_millis() / TICK.as_millis()).unwrap_or(u64::MAX - 1).saturating_add(1)
}
