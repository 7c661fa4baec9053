//! Shapes that several operations share (API reference, data types).

use super::shape::{Shape, request, response};
use crate::base::Text;

pub const ARN: Shape = Shape::text(1, 256);
pub const LONG_ARN: Shape = Shape::text(1, 2000);
pub const NAME: Shape = Shape::text(1, 80);
pub const DEFINITION: Shape = Shape::sensitive(1, 1_048_576);
pub const DESCRIPTION: Shape = Shape::sensitive(0, 256);
pub const PAGE_SIZE: Shape = Shape::integer(0, 1000);
pub const PAGE_TOKEN: Shape = Shape::text(1, 1024);
pub const DATA: Shape = Shape::data(262_144);
pub const ERROR: Shape = Shape::sensitive(0, 256);
pub const CAUSE: Shape = Shape::sensitive(0, 32_768);
pub const TASK_TOKEN: Shape = Shape::sensitive(1, 2048);
pub const TRACE_HEADER: Shape = Shape::pattern(0, 256, "\\p{ASCII}*", str::is_ascii);
pub const CLIENT_TOKEN: Shape =
    Shape::pattern(1, 64, "[!-~]+", |text| text.bytes().all(|byte| byte.is_ascii_graphic()));
pub const TYPE: Shape = Shape::words(&["STANDARD", "EXPRESS"]);
pub const INCLUDED_DATA: Shape = Shape::words(&["ALL_DATA", "METADATA_ONLY"]);
pub const ANY: Shape = Shape::text(0, usize::MAX);

request! {
    Tag as "Tag" {
        key "key": Option<Text> = Shape::text(1, 128),
        value "value": Option<Text> = Shape::text(0, 256),
    }
}

pub const TAGS: Shape = Shape::list(&Shape::Structure(&Tag::SHAPE));

response! {
    /// Of operations that only do something.
    Nothing {}
}
