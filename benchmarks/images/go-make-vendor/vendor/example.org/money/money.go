// Package money writes amounts.
package money

import "fmt"

// Format writes an amount of hundredths.
func Format(cents int, currency string) string {
	return fmt.Sprintf("%d.%02d %s", cents/100, cents%100, currency)
}
