fn main() {
    let list = todo_core::List::open(":memory:").expect("a database");
    for text in std::env::args().skip(1) {
        assert!(list.add(&text));
    }
    println!("{} to do", list.len());
}
