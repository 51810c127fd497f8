package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
)

func main() {
	reader := csv.NewReader(os.Stdin)
	sums := map[string]float64{}
	for {
		row, err := reader.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		value, err := strconv.ParseFloat(row[1], 64)
		if err == nil {
			sums[row[0]] += value
		}
	}
	fmt.Println(sums)
}
