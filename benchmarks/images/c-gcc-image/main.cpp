#include <iostream>
#include <numeric>
#include <vector>

int main() {
    std::vector<double> values(100000);
    std::iota(values.begin(), values.end(), 1.0);
    double sum = 0;
#pragma omp parallel for reduction(+ : sum)
    for (std::size_t i = 0; i < values.size(); i++) sum += values[i];
    std::cout << std::fixed << sum << std::endl;
}
