#include <cstdlib>
#include <iostream>
#include <queue>
#include <string>

int main(int argc, char **argv) {
    std::priority_queue<int> waiting;
    for (int i = 1; i < argc; i++) waiting.push(std::stoi(argv[i]));
    const char *mark = std::getenv("QUEUE_MARK");
    for (; !waiting.empty(); waiting.pop()) std::cout << (mark ? mark : "") << waiting.top() << "\n";
}
