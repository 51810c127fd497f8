package main

import (
	"bufio"
	"fmt"
	"log"
	"os"
	"strings"

	"example.org/money"
)

func find(path, currency string) (cents int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if rest := strings.TrimPrefix(lines.Text(), currency+" "); rest != lines.Text() {
			_, err := fmt.Sscan(rest, &cents)
			return cents, err
		}
	}
	return 0, fmt.Errorf("no rate for %s", currency)
}

func main() {
	cents, err := find(os.Getenv("RATES_FILE"), os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(money.Format(cents, os.Args[1]))
}
