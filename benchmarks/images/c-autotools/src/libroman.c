#include "roman.h"
#include <string.h>

void roman(int number, char *text) {
    static const int values[] = {1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1};
    static const char *signs[] = {"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"};
    *text = 0;
    for (int i = 0; i < 13; i++)
        for (; number >= values[i]; number -= values[i]) strcat(text, signs[i]);
}
