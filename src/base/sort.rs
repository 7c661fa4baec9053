//! Stable sorts that are compiled once, and not for each type and order as those of `std`: some 5 kB of the page's
//! module each time. They take two to three times as long, which is nothing for lists that people read.

use std::cmp::Ordering;

/// What `[T]::sort_by` does.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let mut order: Vec<u32> = (0..items.len() as u32).collect();
    let shared = &*items;
    merge_sort(&mut order, &mut |a, b| match (shared.get(a as usize), shared.get(b as usize)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    let mut places = vec![0_u32; order.len()];
    for (place, from) in (0..).zip(&order) {
        if let Some(slot) = places.get_mut(*from as usize) {
            *slot = place;
        }
    }
    // Each swap brings one to its place.
    for n in 0..places.len() {
        while let Some(place) = places.get(n).map(|place| *place as usize).filter(|place| *place != n) {
            items.swap(n, place);
            places.swap(n, place);
        }
    }
}

/// What `[T]::sort_by_key` does.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], mut key: impl FnMut(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// What `[T]::sort` does.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Merges ever longer runs, from one list to another and back.
fn merge_sort(order: &mut Vec<u32>, compare: &mut dyn FnMut(u32, u32) -> Ordering) {
    let later = order.iter().skip(1);
    if order.iter().zip(later).all(|(a, b)| compare(*a, *b).is_le()) {
        return;
    }
    let mut merged = Vec::with_capacity(order.len());
    let mut width = 1;
    while width < order.len() {
        for pair in order.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let ([a, after_a @ ..], [b, after_b @ ..]) = (left, right) {
                if compare(*a, *b).is_le() {
                    merged.push(*a);
                    left = after_a;
                } else {
                    merged.push(*b);
                    right = after_b;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(order, &mut merged);
        merged.clear();
        width *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Key;

    #[test]
    fn sorts_as_the_standard_library() {
        for length in (0..70).chain([1000, 4097]) {
            let draw = |n: usize| (Key::new(3).with(length as u64).with(n as u64).bits() % 40, n);
            let mut items: Vec<(u64, usize)> = (0..length).map(draw).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key);
            sort_by_key(&mut items, |(key, _)| *key);
            assert_eq!(items, expected, "{length}");
        }
    }
}
