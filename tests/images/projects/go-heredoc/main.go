package main

import (
	"fmt"
	"os"
)

func main() {
	settings, _ := os.ReadFile("/etc/documents/settings.ini")
	fmt.Println("documents")
}
