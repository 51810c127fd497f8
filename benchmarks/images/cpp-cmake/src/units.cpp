#include "units.h"
#include <map>
#include <stdexcept>

static const std::map<std::string, double> metres = {{"m", 1}, {"km", 1000}, {"mi", 1609.344}, {"ft", 0.3048}};

double factor(const std::string &from, const std::string &to) {
    if (!metres.count(from) || !metres.count(to)) throw std::invalid_argument("no such unit");
    return metres.at(from) / metres.at(to);
}
