//! Charts: scales, plots with a readout and a table in their place, and the marks of versions.
//!
//! Small, and ours: SVG by attributes, so that the Content-Security-Policy has nothing to refuse. Not here: what is
//! charted. A plot is told its series and, for each place of its x axis, a row of plain texts: whoever points at it or
//! walks it by the arrow keys reads that row, and so does who prefers the table.
//!
//! ```
//! use weir::ui::chart::Scale;
//! let scale = Scale::new((0.0, 60.0), (0.0, 600.0));
//! assert_eq!(scale.place(30.0), 300.0);
//! assert_eq!(Scale::ticks((0.0, 60.0), 6), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0]);
//! ```

mod mark;
mod plot;
mod scale;
mod width;

pub use mark::{Mark, Shape, version_class};
pub use plot::{Draw, Plot, Row, Series, Unit};
pub use scale::{Scale, duration, time};
pub use width::use_width;
