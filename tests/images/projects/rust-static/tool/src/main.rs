fn main() {
    println!("a static tool");
}
