#!/bin/sh
for file in data/*.csv; do
  echo "$file $(wc -l < "$file") $(stat -c %U "$file")"
done
