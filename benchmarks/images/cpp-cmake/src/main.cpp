#include "units.h"
#include <boost/program_options.hpp>
#include <fmt/core.h>
#include <iostream>

namespace po = boost::program_options;

int main(int argc, char **argv) {
    po::options_description options("convert-units");
    options.add_options()("help", "say this")("from", po::value<std::string>()->default_value("mi"), "unit")(
        "to", po::value<std::string>()->default_value("km"), "unit")("value", po::value<double>()->default_value(1));
    po::variables_map given;
    try {
        po::store(po::parse_command_line(argc, argv, options), given);
        if (given.count("help")) {
            std::cout << options;
            return 0;
        }
        double value = given["value"].as<double>();
        fmt::print("{:.3f}\n", value * factor(given["from"].as<std::string>(), given["to"].as<std::string>()));
    } catch (const std::exception &error) {
        std::cerr << error.what() << "\n";
        return 2;
    }
}
