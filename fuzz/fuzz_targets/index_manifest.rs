//! Manifests: what is read is written the same way, and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use retold::index::internals::Manifest;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(manifest) = Manifest::parse(bytes, "INDEX") {
        let again = manifest.to_bytes();
        assert_eq!(Manifest::parse(&again, "INDEX").expect("it was written"), manifest);
    }
});
