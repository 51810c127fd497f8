#pragma once
#include <string>
double factor(const std::string &from, const std::string &to);
