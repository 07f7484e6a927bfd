//! Places of which something is known already, and the question whether others touch them.
//!
//! A file may have thousands of both, so they are put in order once.

use std::ops::Range;

/// Ranges of bytes, in the order of their beginnings.
pub(crate) struct Ranges {
    starts: Vec<usize>,
    /// Of each, where it and all before it have ended.
    ends: Vec<usize>,
}

impl Ranges {
    pub(crate) fn of(mut ranges: Vec<Range<usize>>) -> Self {
        ranges.sort_unstable_by_key(|range| range.start);
        let starts = ranges.iter().map(|range| range.start).collect();
        let mut last = 0;
        let mut ends = Vec::with_capacity(ranges.len());
        for range in ranges {
            last = last.max(range.end);
            ends.push(last);
        }
        Self { starts, ends }
    }

    /// Whether one of them has a byte of `range`.
    pub(crate) fn overlap(&self, range: &Range<usize>) -> bool {
        let before = self.starts.partition_point(|start| *start < range.end);
        before.checked_sub(1).is_some_and(|last| self.ends[last] > range.start)
    }
}

#[cfg(test)]
mod tests {
    use super::Ranges;

    #[test]
    fn ranges_overlap_where_they_have_a_byte_in_common() {
        let ranges = Ranges::of(vec![20..22, 3..10, 5..6]);
        for range in [0..4, 7..8, 9..12, 0..30, 21..30] {
            assert!(ranges.overlap(&range), "{range:?}");
        }
        for range in [0..3, 10..20, 22..30] {
            assert!(!ranges.overlap(&range), "{range:?}");
        }
        assert!(!Ranges::of(Vec::new()).overlap(&(0..9)));
    }
}
