//! Where a start through an alias goes: weights and one draw.
//!
//! The choice is independent of input, name and caller, and it is monotone: with the same draw an execution that goes
//! to the newer version at some weight goes there at every higher one. The simulation uses these functions too, so that
//! what it draws is what the service does.

use std::fmt;

/// Whether a start goes to the newer of two versions. `draw` is uniform in `[0, 1)`, `weight` the newer one's percent.
///
/// ```
/// use weir::service::router::picks_newer;
/// assert!(picks_newer(0.09, 10) && !picks_newer(0.10, 10) && !picks_newer(0.0, 0) && picks_newer(0.999, 100));
/// ```
pub fn picks_newer(draw: f64, weight: u8) -> bool {
    libm::floor(100.0 * draw) < f64::from(weight)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The number of the version.
    pub version: u32,
    /// Percent, 0 to 100.
    pub weight: u8,
}

/// The routes of an alias: one or two distinct versions whose weights add up to 100.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routing {
    routes: Vec<Route>,
}

/// Why routes are no routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoutingError {
    /// None, or more than two.
    Count,
    /// The same version twice.
    NotDistinct,
    /// The weights add up to something else than 100.
    Sum,
}

impl fmt::Display for RoutingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RoutingError::Count => "an alias routes to one or two versions",
            RoutingError::NotDistinct => "an alias routes to distinct versions",
            RoutingError::Sum => "the weights of an alias add up to 100",
        })
    }
}

impl Routing {
    /// # Errors
    /// What keeps the routes from being a routing.
    pub fn new(routes: Vec<Route>) -> Result<Routing, RoutingError> {
        match routes.as_slice() {
            [_] => {}
            [a, b] if a.version == b.version => return Err(RoutingError::NotDistinct),
            [_, _] => {}
            _ => return Err(RoutingError::Count),
        }
        if routes.iter().map(|route| u32::from(route.weight)).sum::<u32>() != 100 {
            return Err(RoutingError::Sum);
        }
        Ok(Routing { routes })
    }

    /// In the order in which they were given.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    pub fn refers_to(&self, version: u32) -> bool {
        self.routes.iter().any(|route| route.version == version)
    }

    /// The version that a draw, uniform in `[0, 1)`, chooses.
    pub fn choose(&self, draw: f64) -> u32 {
        let newer = self.routes.iter().max_by_key(|route| route.version);
        let older = self.routes.iter().min_by_key(|route| route.version);
        match (newer, older) {
            (Some(newer), Some(older)) if !picks_newer(draw, newer.weight) => older.version,
            (Some(newer), _) => newer.version,
            (None, _) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Key;

    fn routing(routes: &[(u32, u8)]) -> Result<Routing, RoutingError> {
        Routing::new(routes.iter().map(|(version, weight)| Route { version: *version, weight: *weight }).collect())
    }

    #[test]
    fn only_valid_routings_exist() {
        assert_eq!(routing(&[]), Err(RoutingError::Count));
        assert_eq!(routing(&[(1, 50), (2, 25), (3, 25)]), Err(RoutingError::Count));
        assert_eq!(routing(&[(1, 50), (1, 50)]), Err(RoutingError::NotDistinct));
        assert_eq!(routing(&[(1, 99)]), Err(RoutingError::Sum));
        assert_eq!(routing(&[(1, 255), (2, 101)]), Err(RoutingError::Sum));
        assert!(routing(&[(1, 0), (2, 100)]).is_ok());
    }

    #[test]
    fn the_order_of_routes_does_not_matter() {
        let (a, b) = (routing(&[(1, 70), (2, 30)]).unwrap(), routing(&[(2, 30), (1, 70)]).unwrap());
        for n in 0..1000 {
            let draw = Key::new(1).with(n).uniform();
            assert_eq!(a.choose(draw), b.choose(draw));
        }
    }

    #[test]
    fn nobody_goes_back_when_the_weight_rises() {
        for n in 0..1000 {
            let draw = Key::new(3).with(n).uniform();
            let picks: Vec<bool> = (0..=100).map(|weight| picks_newer(draw, weight)).collect();
            assert!(picks.is_sorted() && !picks[0] && picks[100]);
        }
    }

    #[test]
    fn every_percent_counts_as_one() {
        for weight in [0, 1, 10, 50, 99, 100] {
            let routing = routing(&[(4, 100 - weight), (9, weight)]).unwrap();
            let n = 100_000;
            let newer = (0..n).filter(|n| routing.choose(Key::new(5).with(*n).uniform()) == 9).count() as f64;
            let p = f64::from(weight) / 100.0;
            let deviation = 4.0 * (p * (1.0 - p) * n as f64).sqrt();
            assert!((newer - p * n as f64).abs() <= deviation, "{weight}: {newer}");
        }
    }
}
