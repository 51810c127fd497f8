package main

import (
	"flag"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"os"
)

var page = template.Must(template.ParseGlob("templates/*.html"))

func main() {
	render := flag.String("render", "", "write the page for one name and end")
	flag.Parse()
	if *render != "" {
		if err := page.ExecuteTemplate(os.Stdout, "hello.html", *render); err != nil {
			log.Fatal(err)
		}
		return
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		page.ExecuteTemplate(w, "hello.html", r.URL.Query().Get("name"))
	})
	http.Handle("/static/", http.StripPrefix("/static/", http.FileServer(http.Dir("static"))))
	fmt.Println("listening on 8080")
	log.Fatal(http.ListenAndServe(":8080", nil))
}
