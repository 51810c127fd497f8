void roman(int number, char *text);
