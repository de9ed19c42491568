fn main() {
    println!("the Rust program runs");
}
