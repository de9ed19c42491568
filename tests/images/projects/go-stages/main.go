package main

import (
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	words, _ := os.ReadFile("/data/words")
	time.LoadLocation("Europe/Berlin")
	http.Get("https://example.com/")
	fmt.Println("stages")
}
