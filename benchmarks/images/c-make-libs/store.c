#include "store.h"
#include <sqlite3.h>
#include <stdio.h>

static sqlite3 *db;

int store_open(const char *path) {
    if (sqlite3_open(path, &db) != SQLITE_OK) return -1;
    return sqlite3_exec(db, "CREATE TABLE IF NOT EXISTS f (name TEXT PRIMARY KEY, digest TEXT, crc INT)", 0, 0, 0);
}

int store_put(const char *name, const char *digest, unsigned long checksum) {
    sqlite3_stmt *statement;
    sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO f VALUES (?, ?, ?)", -1, &statement, 0);
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, digest, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, checksum);
    int code = sqlite3_step(statement);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? 0 : -1;
}

static int row(void *unused, int count, char **values, char **names) {
    printf("%s %s %s\n", values[0], values[1], values[2]);
    return 0;
}

int store_print(void) { return sqlite3_exec(db, "SELECT * FROM f ORDER BY name", row, 0, 0); }
