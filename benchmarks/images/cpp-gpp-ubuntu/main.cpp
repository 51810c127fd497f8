#include <iostream>
#include <map>
#include <string>

int main(int argc, char **argv) {
    std::map<std::size_t, int> lengths;
    for (int i = 1; i < argc; i++) lengths[std::string(argv[i]).size()]++;
    for (const auto &[length, count] : lengths) std::cout << length << ": " << std::string(count, '*') << "\n";
}
