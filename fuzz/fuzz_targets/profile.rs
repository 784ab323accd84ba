//! Profiles: what is read can be judged with, and written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use retold::align::Scratch;
use retold::article::Article;
use retold::evidence::Prepared;
use retold::judge::Profile;
use retold::pipeline::{Judgement, score_prepared};

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::Builder::new().tempdir_in("/dev/shm").expect("a folder");
    let path = folder.path().join("profile.json");
    std::fs::write(&path, bytes).expect("a file");
    let Ok(profile) = Profile::read(&path) else { return };
    let text = "The harbour board voted on Tuesday to close the eastern pier, said Anna Lind, its chair.";
    let (one, other) =
        (Article::new("a", text), Article::new("b", format!("{text} It opens again in May 2031.")));
    let judgement = Judgement { profile: &profile, cut: None };
    let (one, other) = (Prepared::new(&one), Prepared::new(&other));
    let row = score_prepared(&one, &other, None, &judgement, &mut Scratch::default());
    assert!((0.0..=1.0).contains(&row.score), "{}", row.score);
    std::fs::write(&path, profile.to_json()).expect("a file");
    assert_eq!(Profile::read(&path).expect("it was written").to_json(), profile.to_json());
});
