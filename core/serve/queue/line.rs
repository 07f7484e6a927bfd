//! A line in which each tenant stands as one.
//!
//! Turns go round between the tenants that wait, and within a tenant to whoever came first. So a
//! tenant with a thousand jobs delays the next tenant's job by one of its own, and no more. Nor can
//! it take all the places: when the line is full, whoever would push in for a tenant with fewer
//! places takes the last place of the tenant with the most.

use std::collections::VecDeque;

/// Who waits. Nothing here waits by itself: it is a list with rules.
pub(super) struct Line<T> {
    /// Those that wait, the tenant whose turn is next at the front. None is without places.
    tenants: VecDeque<Tenant<T>>,
    most: usize,
    last: Ticket,
}

struct Tenant<T> {
    name: String,
    places: VecDeque<(Ticket, T)>,
}

/// What a place in the line is left by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// What became of somebody who came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry<T> {
    /// There was a place.
    Waits(Ticket),
    /// There was none, so somebody of the tenant with the most places lost theirs.
    Displaced(Ticket, T),
    /// There was none, and the tenant has its share.
    Refused,
}

impl<T> Line<T> {
    /// A line with this many places.
    pub(super) fn new(most: usize) -> Self {
        Self { tenants: VecDeque::new(), most, last: Ticket(0) }
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.tenants.iter().map(|tenant| tenant.places.len()).sum()
    }

    /// Somebody comes for `tenant`.
    pub(super) fn enter(&mut self, tenant: &str, waits: T) -> Entry<T> {
        let displaced = if self.len() < self.most { None } else { self.displace(tenant) };
        if displaced.is_none() && self.len() >= self.most {
            return Entry::Refused;
        }
        self.last = Ticket(self.last.0 + 1);
        let place = (self.last, waits);
        match self.tenants.iter_mut().find(|each| each.name == tenant) {
            Some(tenant) => tenant.places.push_back(place),
            None => self
                .tenants
                .push_back(Tenant { name: tenant.to_owned(), places: VecDeque::from([place]) }),
        }
        match displaced {
            Some(displaced) => Entry::Displaced(self.last, displaced),
            None => Entry::Waits(self.last),
        }
    }

    /// Whose turn it is.
    pub(super) fn next(&mut self) -> Option<T> {
        let mut tenant = self.tenants.pop_front()?;
        let (_, next) = tenant.places.pop_front()?;
        if !tenant.places.is_empty() {
            self.tenants.push_back(tenant);
        }
        Some(next)
    }

    /// Somebody leaves before their turn. Nothing where they are not in the line any more.
    pub(super) fn leave(&mut self, ticket: Ticket) -> Option<T> {
        for index in 0..self.tenants.len() {
            let places = &mut self.tenants[index].places;
            if let Some(at) = places.iter().position(|(each, _)| *each == ticket) {
                let left = places.remove(at);
                if places.is_empty() {
                    self.tenants.remove(index);
                }
                return left.map(|(_, left)| left);
            }
        }
        None
    }

    /// Everybody leaves.
    pub(super) fn clear(&mut self) -> impl Iterator<Item = T> + use<T> {
        let tenants = std::mem::take(&mut self.tenants);
        tenants.into_iter().flat_map(|tenant| tenant.places).map(|(_, left)| left)
    }

    /// Takes the last place of the tenant with the most, if it keeps no fewer than `tenant` then
    /// has: two that are equal would displace each other for ever.
    fn displace(&mut self, tenant: &str) -> Option<T> {
        let own = self.tenants.iter().find(|each| each.name == tenant);
        let own = own.map_or(0, |tenant| tenant.places.len());
        let greatest = self.tenants.iter_mut().max_by_key(|tenant| tenant.places.len())?;
        if greatest.places.len() <= own + 1 {
            return None;
        }
        greatest.places.pop_back().map(|(_, displaced)| displaced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(most: usize, words: &str) -> Line<String> {
        let mut line = Line::new(most);
        for word in words.split(' ') {
            line.enter(&word[..1], word.to_owned());
        }
        line
    }

    fn rest(mut line: Line<String>) -> String {
        std::iter::from_fn(|| line.next()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn turns_go_round_between_tenants_and_in_order_within_one() {
        assert_eq!(rest(line(9, "a1 a2 a3 b1 c1 c2")), "a1 b1 c1 a2 c2 a3");
    }

    #[test]
    fn who_comes_late_waits_for_one_job_of_each_other_tenant() {
        let mut line = line(9, "a1 a2 a3 b1 b2");
        assert_eq!(line.next().as_deref(), Some("a1"));
        line.enter("c", "c1".into());
        assert_eq!(rest(line), "b1 a2 c1 b2 a3");
    }

    #[test]
    fn a_full_line_has_a_place_for_a_tenant_with_fewer() {
        let mut line = line(3, "a1 a2 a3");
        assert_eq!(line.enter("a", "a4".into()), Entry::Refused);
        assert_eq!(line.enter("b", "b1".into()), Entry::Displaced(Ticket(4), "a3".into()));
        assert_eq!(line.enter("b", "b2".into()), Entry::Refused);
        assert_eq!(line.enter("c", "c1".into()), Entry::Displaced(Ticket(5), "a2".into()));
        assert_eq!(line.enter("d", "d1".into()), Entry::Refused);
        assert_eq!(rest(line), "a1 b1 c1");
    }

    #[test]
    fn who_leaves_frees_the_place_at_once() {
        let mut line = Line::new(2);
        let Entry::Waits(first) = line.enter("a", 1) else { panic!("there is a place") };
        line.enter("b", 2);
        assert_eq!((line.enter("c", 3), line.leave(first)), (Entry::Refused, Some(1)));
        assert_eq!((line.len(), line.leave(first)), (1, None));
        assert_eq!(line.enter("c", 3), Entry::Waits(Ticket(3)));
        assert_eq!((line.next(), line.next(), line.next()), (Some(2), Some(3), None));
    }

    #[test]
    fn a_line_without_places_refuses_everybody() {
        assert_eq!(Line::new(0).enter("a", 1), Entry::Refused);
    }
}
