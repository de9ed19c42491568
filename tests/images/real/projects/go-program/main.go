package main

import (
	_ "embed"
	"fmt"
	"os/user"
)

//go:embed words.txt
var words string

func main() {
	found, err := user.Current()
	if err != nil {
		panic(err)
	}
	fmt.Println(words, found.Uid)
}
