package main

import (
	"fmt"
	"html/template"
	"net/http"

	"github.com/go-chi/chi/v5"
)

func main() {
	page := template.Must(template.ParseFiles("templates/index.html"))
	fmt.Println("serving")
	http.ListenAndServe(":8080", routes(chi.NewRouter(), page))
}
