pub fn words() -> &'static str {
    "words"
}
