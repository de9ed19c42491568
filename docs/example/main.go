// Clock is a small web server that tells the time.
package main

import (
	"fmt"
	"log"
	"net/http"
	"time"
)

var version = "unknown"

func main() {
	http.HandleFunc("GET /", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(answer, time.Now().UTC().Format(time.RFC3339))
	})
	log.Printf("clock %s listens on port 8080", version)
	log.Fatal(http.ListenAndServe(":8080", nil))
}
