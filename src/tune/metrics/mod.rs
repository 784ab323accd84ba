//! How well scores tell derived pairs from others.

pub mod ranking;
pub mod reliability;
