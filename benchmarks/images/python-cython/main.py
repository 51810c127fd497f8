import primes

print(sum(primes.primes(1000)))
