#include "store.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int main(int argc, char **argv) {
    char path[256] = ":memory:";
    const char *config = getenv("FILEDB_CONFIG");
    FILE *file = config ? fopen(config, "r") : NULL;
    if (file != NULL) {
        if (fscanf(file, "database = %255s", path) != 1) fprintf(stderr, "no database in %s\n", config);
        fclose(file);
    }
    if (store_open(path) != 0) return 1;
    for (int i = 1; i < argc; i++) {
        unsigned char data[65536], digest[EVP_MAX_MD_SIZE];
        unsigned int length;
        char text[17] = "";
        FILE *in = fopen(argv[i], "rb");
        if (in == NULL) {
            perror(argv[i]);
            return 1;
        }
        size_t size = fread(data, 1, sizeof data, in);
        fclose(in);
        EVP_Digest(data, size, digest, &length, EVP_sha256(), NULL);
        for (int j = 0; j < 8; j++) sprintf(text + 2 * j, "%02x", digest[j]);
        store_put(argv[i], text, crc32(0, data, size));
    }
    return store_print();
}
