//! Coordinates: from the order in the layers to places, and from the passed points to ways.

use super::Rect;
use super::layered::{Edge, Sheet};

/// Something that takes room in a layer: a node, or the passage of a way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub node: Option<usize>,
    pub layer: usize,
    pub width: f64,
    pub height: f64,
}

/// Where everything is.
#[derive(Clone, Debug, Default)]
pub(super) struct Placed {
    pub rects: Vec<Rect>,
    pub paths: Vec<Vec<(f64, f64)>>,
    pub width: f64,
    pub height: f64,
}

/// Passes over the layers that draw each item towards its neighbours.
const PASSES: usize = 16;

pub(super) fn place(sheet: &Sheet, edges: &[Edge], gap: f64, layer_gap: f64) -> Placed {
    let centers = centers(sheet, gap);
    let mut tops = Vec::with_capacity(sheet.layers.len());
    let mut heights = Vec::with_capacity(sheet.layers.len());
    let mut y = 0.0;
    for layer in &sheet.layers {
        let height = layer.iter().filter_map(|item| sheet.items.get(*item)).map(|item| item.height).fold(0.0, f64::max);
        tops.push(y);
        heights.push(height);
        y += height + layer_gap;
    }
    let center = |item: usize| centers.get(item).copied().unwrap_or(0.0);
    let layer_of = |item: usize| sheet.items.get(item).map_or(0, |item| item.layer);
    let top = |item: usize| tops.get(layer_of(item)).copied().unwrap_or(0.0);
    let height = |item: usize| heights.get(layer_of(item)).copied().unwrap_or(0.0);
    let nodes = sheet.items.iter().enumerate().filter(|(_, item)| item.node.is_some());
    let rects: Vec<Rect> = nodes
        .map(|(index, item)| Rect {
            x: center(index) - item.width / 2.0,
            y: top(index) + (height(index) - item.height) / 2.0,
            width: item.width,
            height: item.height,
        })
        .collect();
    let rect = |item: usize| rects.get(item).copied().unwrap_or_default();
    let path = |(edge, chain): (&Edge, &Vec<usize>)| {
        let (from, to) = (rect(edge.from), rect(edge.to));
        if edge.from == edge.to {
            // Out on the right and in again.
            let (x, y) = (from.right(), from.y + from.height / 2.0);
            let reach = gap * 0.7;
            return vec![
                (x, y + from.height / 4.0),
                (x + reach, y + from.height / 4.0),
                (x + reach, y - from.height / 4.0),
                (x, y - from.height / 4.0),
            ];
        }
        let (down, up) = (layer_of(edge.from) < layer_of(edge.to), layer_of(edge.from) > layer_of(edge.to));
        if !down && !up {
            // Side by side.
            let (a, b) = if from.x < to.x { (from.right(), to.x) } else { (from.x, to.right()) };
            return vec![(a, from.y + from.height / 2.0), (b, to.y + to.height / 2.0)];
        }
        let mut points = Vec::with_capacity(2 * chain.len());
        points.push(if down { (from.center_x(), from.bottom()) } else { (from.center_x(), from.y) });
        for item in chain.iter().skip(1).take(chain.len().saturating_sub(2)) {
            // Straight through the layer, so that it keeps clear of the nodes beside it.
            let (upper, lower) = ((center(*item), top(*item)), (center(*item), top(*item) + height(*item)));
            points.extend(if down { [upper, lower] } else { [lower, upper] });
        }
        points.push(if down { (to.center_x(), to.y) } else { (to.center_x(), to.bottom()) });
        points
    };
    let paths = edges.iter().zip(&sheet.chains).map(path).collect();
    Placed { rects, paths, width: 0.0, height: 0.0 }.fit()
}

/// The middle of each item: as near to its neighbours as order and room in its layer allow.
fn centers(sheet: &Sheet, gap: f64) -> Vec<f64> {
    let mut centers = vec![0.0; sheet.items.len()];
    let width = |item: usize| sheet.items.get(item).map_or(0.0, |item| item.width);
    for layer in &sheet.layers {
        let mut x = 0.0;
        for item in layer {
            if let Some(center) = centers.get_mut(*item) {
                *center = x + width(*item) / 2.0;
            }
            x += width(*item) + gap;
        }
        let middle = (x - gap) / 2.0;
        for item in layer {
            if let Some(center) = centers.get_mut(*item) {
                *center -= middle;
            }
        }
    }
    let (above, below) = (sheet.neighbours(true), sheet.neighbours(false));
    for pass in 0..PASSES {
        let down = pass % 2 == 0;
        let count = sheet.layers.len();
        for step in 0..count {
            let Some(layer) = sheet.layers.get(if down { step } else { count - 1 - step }) else { continue };
            let near = |item: usize| {
                let first = if down { &above } else { &below };
                let list = first.get(item).map(Vec::as_slice).unwrap_or_default();
                // In the last passes both sides pull.
                let other = if pass + 4 < PASSES && !list.is_empty() {
                    &[]
                } else {
                    (if down { &below } else { &above }).get(item).map(Vec::as_slice).unwrap_or_default()
                };
                list.iter().chain(other)
            };
            let wishes: Vec<(f64, f64)> = layer
                .iter()
                .map(|item| {
                    let (sum, n) = near(*item).fold((0.0, 0.0), |(sum, n), other| {
                        (sum + centers.get(*other).copied().unwrap_or(0.0), n + 1.0)
                    });
                    let wish = if n == 0.0 { centers.get(*item).copied().unwrap_or(0.0) } else { sum / n };
                    // Passages pull harder: a straight way reads better than a centred node.
                    let weight =
                        if sheet.items.get(*item).is_some_and(|item| item.node.is_none()) { 4.0 } else { 1.0 + n };
                    (wish, weight)
                })
                .collect();
            let widths: Vec<f64> = layer.iter().map(|item| width(*item)).collect();
            for (item, center) in layer.iter().zip(spread(&wishes, &widths, gap)) {
                if let Some(place) = centers.get_mut(*item) {
                    *place = center;
                }
            }
        }
    }
    centers
}

/// The places nearest to the wished ones, by weighted squares, that keep order and distance: pooling adjacent violators.
fn spread(wishes: &[(f64, f64)], widths: &[f64], gap: f64) -> Vec<f64> {
    // With the room that is needed to the left of each taken off, "far enough apart" becomes "not smaller".
    let mut offsets = Vec::with_capacity(wishes.len());
    let mut offset = 0.0;
    for (n, width) in widths.iter().enumerate() {
        if n > 0 {
            offset += width / 2.0;
        }
        offsets.push(offset);
        offset += width / 2.0 + gap;
    }
    struct Pool {
        sum: f64,
        weight: f64,
        count: usize,
    }
    let mut pools: Vec<Pool> = Vec::new();
    for ((wish, weight), offset) in wishes.iter().zip(&offsets) {
        pools.push(Pool { sum: (wish - offset) * weight, weight: *weight, count: 1 });
        while let [.., a, b] = pools.as_slice()
            && a.sum / a.weight > b.sum / b.weight
        {
            let merged = Pool { sum: a.sum + b.sum, weight: a.weight + b.weight, count: a.count + b.count };
            pools.truncate(pools.len() - 2);
            pools.push(merged);
        }
    }
    let places = pools.iter().flat_map(|pool| std::iter::repeat_n(pool.sum / pool.weight, pool.count));
    places.zip(&offsets).map(|(place, offset)| place + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn keeps_distance_and_stays_near() {
        let places = spread(&[(0.0, 1.0), (0.0, 1.0), (100.0, 1.0)], &[10.0, 10.0, 10.0], 5.0);
        assert_eq!(places, [-7.5, 7.5, 100.0]);
    }
}
