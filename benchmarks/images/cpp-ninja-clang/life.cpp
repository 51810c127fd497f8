#include <future>
#include <iostream>
#include <set>
#include <string>
#include <utility>

using Cells = std::set<std::pair<int, int>>;

static Cells next(const Cells &cells) {
    Cells born;
    for (int x = -20; x < 20; x++)
        for (int y = -20; y < 20; y++) {
            int around = 0;
            for (int dx = -1; dx <= 1; dx++)
                for (int dy = -1; dy <= 1; dy++) around += (dx || dy) && cells.count({x + dx, y + dy});
            if (around == 3 || (around == 2 && cells.count({x, y}))) born.insert({x, y});
        }
    return born;
}

int main(int argc, char **argv) {
    auto done = std::async(std::launch::async, [&] {
        Cells cells{{1, 0}, {2, 1}, {0, 2}, {1, 2}, {2, 2}};
        for (int i = 0; i < std::stoi(argc > 1 ? argv[1] : "0"); i++) cells = next(cells);
        return cells;
    });
    for (auto [x, y] : done.get()) std::cout << "(" << x << "," << y << ")";
    std::cout << std::endl;
}
