package main

import "fmt"

func main() {
	fmt.Println("the program in the root runs")
}
