#include <png.h>
#include <stdio.h>

int main(void) {
    FILE *out = fopen("/tmp/one.png", "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_byte row[8 * 3] = {0};
    png_init_io(png, out);
    png_set_IHDR(png, info, 8, 8, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int y = 0; y < 8; y++) png_write_row(png, row);
    png_write_end(png, NULL);
    printf("libpng %.3s, 8x8\n", png_libpng_ver);
    return fclose(out);
}
