//! The command line end to end: what is printed, what is written, and how it ends.

mod all_pairs;
mod bad_input;
mod compare;
mod dedup;
mod faults;
mod flag;
mod help;
mod interrupt;
mod lenient;
mod misread;
mod output;
mod resume;
mod rules;
mod scan;
mod schemas;
mod support;
mod tables;
mod tune;
