//! Makes the dictionary and the pieces of composed articles from the program's own literals.

#[path = "../tests/composing/literals.rs"]
mod literals;

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=../src");
    println!("cargo:rerun-if-changed=../tests/composing");
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let words = literals::of_package(&package);
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the folder"));
    fs::write(out.join("words.rs"), format!("pub const WORDS: &[&str] = &{words:?};\n")).expect("words are written");
    let entries = words.iter().filter(|word| word.len() <= 64).map(|word| entry(word));
    fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("words.dict"), entries.collect::<String>())
        .expect("the dictionary is written");
}

/// A line of a dictionary of libFuzzer.
fn entry(word: &str) -> String {
    let escaped: String = word.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
    format!("\"{escaped}\"\n")
}
