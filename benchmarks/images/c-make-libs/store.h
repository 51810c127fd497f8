int store_open(const char *path);
int store_put(const char *name, const char *digest, unsigned long checksum);
int store_print(void);
