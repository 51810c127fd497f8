package main

import "testing"

func TestFind(t *testing.T) {
	if cents, err := find("rates.txt", "USD"); err != nil || cents != 100 {
		t.Fatal(cents, err)
	}
}
