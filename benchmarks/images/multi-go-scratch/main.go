package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
)

func main() {
	for _, word := range os.Args[1:] {
		sum := sha256.Sum256([]byte(word))
		fmt.Println(hex.EncodeToString(sum[:6]), os.Getuid())
	}
}
