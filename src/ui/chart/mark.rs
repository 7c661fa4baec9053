//! The mark of a version: a shape of its own, for those to whom colours say little.

use yew::prelude::*;

/// The shapes, in the order of version numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Circle,
    Square,
    Triangle,
    Diamond,
    Hexagon,
    Cross,
    Star,
    Pentagon,
}

/// `v1` … `v8` and then again: the class that gives the version's colour.
pub fn version_class(version: &str) -> String {
    format!("v{}", place(version) + 1)
}

fn place(version: &str) -> u64 {
    (version.parse::<u64>().unwrap_or(1).max(1) - 1) % 8
}

impl Shape {
    pub fn of(version: &str) -> Shape {
        match place(version) {
            0 => Shape::Circle,
            1 => Shape::Square,
            2 => Shape::Triangle,
            3 => Shape::Diamond,
            4 => Shape::Hexagon,
            5 => Shape::Cross,
            6 => Shape::Star,
            _ => Shape::Pentagon,
        }
    }

    /// Its corners around (0, 0), for a shape as heavy as a circle of radius 1; none for the circle.
    pub fn corners(self) -> Vec<(f64, f64)> {
        let regular = |n: u32, radius: f64, turn: f64| -> Vec<(f64, f64)> {
            let angle = |k: u32| turn + f64::from(k) * std::f64::consts::TAU / f64::from(n);
            (0..n).map(|k| (radius * libm::sin(angle(k)), -radius * libm::cos(angle(k)))).collect()
        };
        match self {
            Shape::Circle => Vec::new(),
            Shape::Square => regular(4, 1.25, std::f64::consts::FRAC_PI_4),
            Shape::Triangle => regular(3, 1.5, 0.0),
            Shape::Diamond => regular(4, 1.3, 0.0),
            Shape::Hexagon => regular(6, 1.1, 0.0),
            Shape::Cross => {
                let (a, b) = (0.45, 1.2);
                vec![
                    (-a, -b),
                    (a, -b),
                    (a, -a),
                    (b, -a),
                    (b, a),
                    (a, a),
                    (a, b),
                    (-a, b),
                    (-a, a),
                    (-b, a),
                    (-b, -a),
                    (-a, -a),
                ]
            }
            Shape::Star => {
                let outer = regular(5, 1.45, 0.0);
                let inner = regular(5, 0.7, std::f64::consts::PI / 5.0);
                outer.into_iter().zip(inner).flat_map(|(outer, inner)| [outer, inner]).collect()
            }
            Shape::Pentagon => regular(5, 1.15, 0.0),
        }
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct MarkProps {
    /// The version's number.
    pub version: AttrValue,
}

/// The mark as text goes: beside the number, never instead of it.
#[component]
pub fn Mark(MarkProps { version }: &MarkProps) -> Html {
    let shape = Shape::of(version);
    let points: Vec<String> =
        shape.corners().iter().map(|(x, y)| format!("{:.2},{:.2}", 5.0 + 3.6 * x, 5.0 + 3.6 * y)).collect();
    html! {
        <svg class={classes!("mark", version_class(version))} viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
            if shape == Shape::Circle {
                <circle cx="5" cy="5" r="4" />
            } else {
                <polygon points={points.join(" ")} />
            }
        </svg>
    }
}
