//! Layers: which node stands in which, and in which order.

use super::Rect;
use super::place::{Item, Placed, place};
use crate::asl::Via;
use crate::base::sort::{sort, sort_by, sort_by_key};

/// Nodes by index, ways between them.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    sizes: Vec<(f64, f64)>,
    edges: Vec<Edge>,
    /// Where to begin.
    pub root: Option<usize>,
    /// What stands below all else.
    pub sink: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    pub via: Option<Via>,
}

/// Sweeps over the layers that look for an order with fewer crossings.
const SWEEPS: usize = 12;

impl Graph {
    pub fn add(&mut self, width: f64, height: f64) -> usize {
        self.sizes.push((width, height));
        self.sizes.len() - 1
    }

    pub fn connect(&mut self, edge: Edge) {
        self.edges.push(edge);
    }

    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    pub fn place(&self, gap: f64, layer_gap: f64) -> Placed {
        let order = self.depth_first();
        let layers = self.layers(&order);
        let mut sheet = self.sheet(&order, &layers);
        sheet.untangle();
        place(&sheet, &self.edges, gap, layer_gap)
    }

    /// Nodes in the order in which a reader meets them, each with its number.
    fn depth_first(&self) -> Vec<usize> {
        let count = self.sizes.len();
        let mut number = vec![usize::MAX; count];
        let mut next = 0;
        let roots = self.root.into_iter().chain(0..count);
        let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
        for edge in &self.edges {
            if let Some(list) = out.get_mut(edge.from) {
                list.push(edge.to);
            }
        }
        for root in roots {
            let mut open = vec![root];
            while let Some(node) = open.pop() {
                match number.get_mut(node) {
                    Some(place) if *place == usize::MAX => *place = next,
                    _ => continue,
                }
                next += 1;
                open.extend(out.get(node).into_iter().flatten().rev());
            }
        }
        number
    }

    /// The layer of each node: one more than the greatest of those that lead to it. Ways that close a circle do not
    /// count; they are the ones that lead to a node that is still being followed.
    fn layers(&self, order: &[usize]) -> Vec<usize> {
        let count = self.sizes.len();
        let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
        for edge in &self.edges {
            if let Some(list) = out.get_mut(edge.from) {
                list.push(edge.to);
            }
        }
        // Depth first with an explicit stack; a node is finished behind all that it leads to.
        let mut state = vec![0_u8; count];
        let mut finished = Vec::with_capacity(count);
        let mut forward: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut roots: Vec<usize> = (0..count).collect();
        sort_by_key(&mut roots, |node| order.get(*node));
        for root in roots {
            let mut stack = vec![(root, 0)];
            while let Some((node, at)) = stack.pop() {
                if at == 0 {
                    match state.get_mut(node) {
                        Some(state) if *state == 0 => *state = 1,
                        _ => continue,
                    }
                }
                match out.get(node).and_then(|list| list.get(at)) {
                    Some(next) => {
                        stack.push((node, at + 1));
                        let seen = state.get(*next).copied().unwrap_or(2);
                        if seen != 1 {
                            if let Some(list) = forward.get_mut(node) {
                                list.push(*next);
                            }
                            if seen == 0 {
                                stack.push((*next, 0));
                            }
                        }
                    }
                    None => {
                        if let Some(state) = state.get_mut(node) {
                            *state = 2;
                        }
                        finished.push(node);
                    }
                }
            }
        }
        let mut layers = vec![0; count];
        for node in finished.iter().rev() {
            let below = layers.get(*node).copied().unwrap_or(0) + 1;
            for next in forward.get(*node).into_iter().flatten() {
                if let Some(layer) = layers.get_mut(*next) {
                    *layer = below.max(*layer);
                }
            }
        }
        if let Some(sink) = self.sink {
            let others = layers.iter().enumerate().filter(|(node, _)| *node != sink).map(|(_, layer)| *layer).max();
            if let (Some(layer), Some(others)) = (layers.get_mut(sink), others) {
                *layer = others + 1;
            }
        }
        layers
    }

    /// All that stands in the layers: the nodes, and a point wherever a way passes a layer.
    fn sheet(&self, order: &[usize], layers: &[usize]) -> Sheet {
        let depth = layers.iter().max().map_or(0, |last| last + 1);
        let mut sheet =
            Sheet { items: Vec::new(), layers: vec![Vec::new(); depth], links: Vec::new(), chains: Vec::new() };
        for (node, (width, height)) in self.sizes.iter().enumerate() {
            let layer = layers.get(node).copied().unwrap_or(0);
            sheet.items.push(Item { node: Some(node), layer, width: *width, height: *height });
        }
        let mut nodes: Vec<usize> = (0..self.sizes.len()).collect();
        sort_by_key(&mut nodes, |node| order.get(*node));
        for node in nodes {
            let layer = layers.get(node).copied().unwrap_or(0);
            if let Some(list) = sheet.layers.get_mut(layer) {
                list.push(node);
            }
        }
        for edge in &self.edges {
            let (a, b) = (layers.get(edge.from).copied().unwrap_or(0), layers.get(edge.to).copied().unwrap_or(0));
            let (top, bottom) = if a <= b { (edge.from, edge.to) } else { (edge.to, edge.from) };
            let mut chain = vec![top];
            for layer in a.min(b) + 1..a.max(b) {
                let item = sheet.items.len();
                sheet.items.push(Item { node: None, layer, width: 8.0, height: 0.0 });
                if let Some(list) = sheet.layers.get_mut(layer) {
                    list.push(item);
                }
                chain.push(item);
            }
            chain.push(bottom);
            if a != b {
                sheet.links.extend(chain.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))));
            }
            if a > b {
                chain.reverse();
            }
            sheet.chains.push(chain);
        }
        sheet
    }
}

/// Layers of items, and the links between neighbouring layers.
pub(super) struct Sheet {
    pub items: Vec<Item>,
    pub layers: Vec<Vec<usize>>,
    /// From upper to lower.
    pub links: Vec<(usize, usize)>,
    /// For each way its items from its beginning to its end.
    pub chains: Vec<Vec<usize>>,
}

impl Sheet {
    /// For each item those above it, or those below it.
    pub fn neighbours(&self, above: bool) -> Vec<Vec<usize>> {
        let mut found = vec![Vec::new(); self.items.len()];
        for (upper, lower) in &self.links {
            let (item, other) = if above { (*lower, *upper) } else { (*upper, *lower) };
            if let Some(list) = found.get_mut(item) {
                list.push(other);
            }
        }
        found
    }

    fn positions(&self) -> Vec<usize> {
        let mut positions = vec![0; self.items.len()];
        for layer in &self.layers {
            for (position, item) in layer.iter().enumerate() {
                if let Some(place) = positions.get_mut(*item) {
                    *place = position;
                }
            }
        }
        positions
    }

    /// Orders the layers by the mean position of each item's neighbours, down and up, and keeps the best order seen.
    fn untangle(&mut self) {
        let (above, below) = (self.neighbours(true), self.neighbours(false));
        let mut best = (self.crossings(), self.layers.clone());
        for sweep in 0..SWEEPS {
            if best.0 == 0 {
                break;
            }
            let down = sweep % 2 == 0;
            let neighbours = if down { &above } else { &below };
            let mut positions = self.positions();
            let count = self.layers.len();
            for step in 0..count {
                let layer = if down { step } else { count - 1 - step };
                let Some(list) = self.layers.get_mut(layer) else { continue };
                let wish = |item: usize| -> f64 {
                    let near = neighbours.get(item).map(Vec::as_slice).unwrap_or_default();
                    let sum: usize = near.iter().filter_map(|other| positions.get(*other)).sum();
                    // Without a neighbour it stays where it is.
                    if near.is_empty() {
                        positions.get(item).copied().unwrap_or(0) as f64
                    } else {
                        sum as f64 / near.len() as f64
                    }
                };
                let mut keyed: Vec<(f64, usize)> = list.iter().map(|item| (wish(*item), *item)).collect();
                sort_by(&mut keyed, |a, b| a.0.total_cmp(&b.0));
                *list = keyed.into_iter().map(|(_, item)| item).collect();
                for (position, item) in list.iter().enumerate() {
                    if let Some(place) = positions.get_mut(*item) {
                        *place = position;
                    }
                }
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.layers.clone());
            }
        }
        self.layers = best.1;
    }

    /// How many links cross, by counting inversions between neighbouring layers.
    fn crossings(&self) -> usize {
        let positions = self.positions();
        let at = |item: usize| positions.get(item).copied().unwrap_or(0);
        let mut by_layer: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.layers.len()];
        for (upper, lower) in &self.links {
            if let Some(list) = self.items.get(*upper).and_then(|item| by_layer.get_mut(item.layer)) {
                list.push((at(*upper), at(*lower)));
            }
        }
        let mut crossings = 0;
        for links in &mut by_layer {
            sort(links);
            // A tree of sums over the lower positions: how many links so far end further right.
            let width = links.iter().map(|(_, lower)| lower + 1).max().unwrap_or(0);
            let mut sums = vec![0_usize; width + 1];
            for (seen, (_, lower)) in links.iter().enumerate() {
                let mut left = 0;
                let mut i = lower + 1;
                while i > 0 {
                    left += sums.get(i).copied().unwrap_or(0);
                    i &= i - 1;
                }
                crossings += seen - left;
                let mut i = lower + 1;
                while i <= width {
                    if let Some(sum) = sums.get_mut(i) {
                        *sum += 1;
                    }
                    i += i & i.wrapping_neg();
                }
            }
        }
        crossings
    }
}

impl Placed {
    /// Room for everything, with the upper left corner at the origin.
    pub fn fit(mut self) -> Placed {
        let xs = || self.rects.iter().map(|rect| rect.x).chain(self.paths.iter().flatten().map(|(x, _)| *x));
        let left = xs().fold(f64::INFINITY, f64::min);
        let left = if left.is_finite() { left } else { 0.0 };
        for rect in &mut self.rects {
            rect.x -= left;
        }
        for (x, _) in self.paths.iter_mut().flatten() {
            *x -= left;
        }
        let rights =
            self.rects.iter().map(|rect: &Rect| rect.right()).chain(self.paths.iter().flatten().map(|(x, _)| *x));
        self.width = rights.fold(0.0, f64::max);
        self.height = self.rects.iter().map(|rect| rect.bottom()).fold(0.0, f64::max);
        self
    }
}
