#include "roman.h"
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    char text[64];
    for (int i = 1; i < argc; i++) {
        roman(atoi(argv[i]), text);
        puts(text);
    }
    return 0;
}
