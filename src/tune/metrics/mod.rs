//! How well scores tell derived pairs from others.

pub mod banding;
pub mod bootstrap;
pub mod ranking;
pub mod reliability;
