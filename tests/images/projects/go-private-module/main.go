package main

import (
	"fmt"

	"git.example.com/team/secrets"
)

func main() {
	fmt.Println("private", secrets.Name)
	fmt.Println("private")
}
