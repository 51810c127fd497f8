def primes(int limit):
    cdef int candidate, divisor
    found = []
    for candidate in range(2, limit):
        for divisor in range(2, candidate):
            if candidate % divisor == 0:
                break
        else:
            found.append(candidate)
    return found
