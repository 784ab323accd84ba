//! Files of labelled pairs: every line is a pair, unlabelled, or a fault.
#![no_main]

use libfuzzer_sys::fuzz_target;
use retold::tune::labels::{LabelSettings, read};

fuzz_target!(|bytes: &[u8]| {
    let file = read(bytes, "set", &LabelSettings::default()).expect("memory does not fail");
    let lines = bytes.split(|&byte| byte == b'\n').count();
    assert!(file.pairs.len() + file.faults.len() + file.unlabelled as usize <= lines);
});
