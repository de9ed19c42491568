use std::fs;

const PEER: &str = "https://example.com";

fn main() {
    let page = fs::read_to_string("templates/page.html").unwrap();
    println!("the server answers");
    println!("{page} {PEER}");
}
