package main

import (
	"fmt"
	"time"
)

func main() {
	time.LoadLocation("Europe/Berlin")
	fmt.Println("working")
}
