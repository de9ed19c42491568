void main() {
  print("the server answers");
}
