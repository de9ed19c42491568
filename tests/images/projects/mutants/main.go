package main

import (
	"fmt"
	"net"
	"os"
)

func main() {
	words, _ := os.ReadFile("/app/data/words")
	fmt.Println("mutable")
	net.Listen("tcp", string(words))
}
