//! Weir: see where your executions go before you deploy.
//!
//! An interpreter of the Amazon States Language, the versions-and-aliases service of AWS Step Functions, and a
//! simulator of rollouts, all in one library that knows neither clock nor network. `ARCHITECTURE.md` tells the story
//! from text to picture; the modules below are its chapters, and each uses only those listed before it.

// A panic is our bug: whatever the text, the input or the call, the core answers with a `Diagnostic`, a `Failure` or a
// `ServiceError`. Where one of these is nevertheless right, `#[expect(…, reason = "…")]` says why.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::todo
    )
)]

pub mod base;

pub mod asl;

pub mod engine;

pub mod service;

pub mod simulation;

pub mod workspace;

pub mod graph;

// From here on the browser may be named.

#[cfg(feature = "js")]
pub mod js;

#[cfg(feature = "page")]
pub mod worker;

#[cfg(feature = "page")]
pub mod ui;
