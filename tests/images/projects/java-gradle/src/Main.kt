fun main() { println("billing") }
