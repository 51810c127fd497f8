use std::collections::BTreeMap;
use std::{env, fs, process};

fn main() {
    let path = env::args().nth(1).unwrap_or_else(|| {
        eprintln!("usage: wordfreq FILE");
        process::exit(2)
    });
    let text = fs::read_to_string(&path).expect("a readable file");
    let mut seen = BTreeMap::new();
    for word in text.split_whitespace() {
        *seen.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    let mut words: Vec<_> = seen.into_iter().collect();
    words.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    for (word, count) in words.iter().take(2) {
        println!("{count} {word}");
    }
}
