package main

import (
	"fmt"
	"log"
	"os"

	"example.com/notes/store"
)

func main() {
	s, err := store.Open(":memory:")
	if err != nil {
		log.Fatal(err)
	}
	for _, text := range os.Args[1:] {
		if err := s.Add(text); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(s.Changed(), "notes")
}
