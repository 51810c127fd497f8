package com.example.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

record Table(List<Row> rows) {
    static Table of(InputStream in) throws IOException {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        return new Table(text.lines().map(line -> line.split(",")).map(f -> new Row(f[0], Long.parseLong(f[1]))).toList());
    }
}
