package com.example.report;

import java.io.IOException;
import java.util.stream.Collectors;

public class Main {
    public static void main(String[] args) throws IOException {
        Table table = Table.of(Main.class.getResourceAsStream("/cities.csv"));
        System.out.println(table.rows().stream().map(Row::name).collect(Collectors.joining(", ")));
        System.out.printf("%,d people%n", table.rows().stream().mapToLong(Row::people).sum());
    }
}
