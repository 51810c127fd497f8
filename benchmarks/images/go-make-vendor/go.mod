module example.com/rates

go 1.19

require example.org/money v0.1.0
