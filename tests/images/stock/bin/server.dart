void main() { print("the Dart program runs"); }
